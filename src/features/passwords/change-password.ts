import { and, eq, isNull, sql } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { writeAudit } from "../audit/index.ts";
import { endSessionsOf } from "../sessions/index.ts";
import { invalidCredentials } from "../sign-in/index.ts";
import { nextCredentialsVersion, users } from "../users/index.ts";
import { hashChosenPassword } from "./choose-password.ts";
import { recordNewPassword } from "./record-new-password.ts";
import { verifyOwnPassword } from "./verify-own-password.ts";

const action = "user.password_changed";

/** What a signed-in user sends for another password. */
export interface ChangePasswordInput {
  readonly currentPassword: string;
  readonly newPassword: string;
  readonly confirmation: string | undefined;
}

/**
 * Gives the signed-in user another password and ends all of her sessions but this one. Of racing changes one succeeds.
 * Throws `INVALID_CREDENTIALS` (the current password is wrong, or the account changed meanwhile), `PASSWORD_MISMATCH`,
 * `WEAK_PASSWORD`, `OVERLOADED`.
 */
export async function changePassword(
  ctx: Context<UserActor>,
  input: ChangePasswordInput,
): Promise<void> {
  const { userId, sessionId } = ctx.actor;
  const account = await verifyOwnPassword(ctx, input.currentPassword, {
    action,
    field: "current_password",
  });
  const passwordHash = await hashChosenPassword(ctx, {
    password: input.newPassword,
    confirmation: input.confirmation,
    username: account.username,
    email: account.email,
    field: "new_password",
  });

  const changed = ctx.db.$with("changed").as(
    ctx.db
      .update(users)
      .set({
        passwordHash,
        credentialsVersion: nextCredentialsVersion,
        updatedAt: ctx.clock.now(),
      })
      .where(
        and(
          eq(users.id, userId),
          eq(users.credentialsVersion, account.credentialsVersion),
          isNull(users.deletedAt),
        ),
      )
      .returning({ userId: sql`${users.id}`.as("user_id"), email: users.email }),
  );
  const [row] = await withEffects(ctx.db, changed, [
    endSessionsOf(ctx, { userId, exceptSessionId: sessionId, reason: "password_changed" }),
    ...recordNewPassword(ctx, "change"),
  ])
    .select()
    .from(changed);
  if (!row) {
    const detail = { reason: "account_changed" };
    await writeAudit(ctx, { action, result: "failure", userId, sessionId, detail });
    throw invalidCredentials();
  }
  ctx.changes.announce({ subject: "user", id: userId });
  ctx.outboxWritten();
}
