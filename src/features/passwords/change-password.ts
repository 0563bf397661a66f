import { and, eq } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordFailure } from "../audit/index.ts";
import { storeKnownDevice } from "../devices/index.ts";
import { endSessionsOf } from "../sessions/index.ts";
import { invalidCredentials } from "../sign-in/index.ts";
import { isActiveUser, nextCredentialsVersion, users } from "../users/index.ts";
import { hashChosenPassword } from "./choose-password.ts";
import { recordNewPassword } from "./record-new-password.ts";
import { verifyOwnPassword } from "./verify-own-password.ts";

const action = "user.password_changed";

/** What a signed-in user sends to change their password. */
export interface ChangePasswordInput {
  readonly currentPassword: string;
  readonly newPassword: string;
  readonly confirmation: string | undefined;
}

/**
 * Changes the signed-in user's password and ends all of their sessions but this one. Of racing changes one succeeds. Throws
 * `INVALID_CREDENTIALS` (the current password is wrong, or the account changed meanwhile), `PASSWORD_MISMATCH`,
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

  const query = ctx.db
    .update(users)
    .set({
      passwordHash,
      credentialsVersion: nextCredentialsVersion,
      updatedAt: ctx.clock.now(),
    })
    .where(and(isActiveUser(userId), eq(users.credentialsVersion, account.credentialsVersion)))
    .returning({ email: users.email, credentialsVersion: users.credentialsVersion });
  const announce = () => ({ subject: "user", id: userId }) as const;
  const [row] = await commit(ctx, { query, announce }, ({ email }) => [
    endSessionsOf(ctx, { userId, exceptSessionId: sessionId, reason: "password_changed" }),
    ...recordNewPassword(ctx, "change", { userId, email }),
  ]);
  if (!row) {
    const detail = { reason: "account_changed" };
    recordFailure(ctx, { action, userId, sessionId, detail });
    throw invalidCredentials();
  }
  storeKnownDevice(ctx, { userId, credentialsVersion: row.credentialsVersion });
}
