import { and, eq, isNotNull, isNull, sql } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import { changedColumn, withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, writeAudit } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { verifyOwnPassword } from "../passwords/index.ts";
import { endSessionsOf, isFreshSession } from "../sessions/index.ts";
import { invalidCredentials } from "../sign-in/index.ts";
import { invalidToken } from "../tokens/index.ts";
import { nextCredentialsVersion, users } from "../users/index.ts";

const action = "user.deleted";

/**
 * Deletes the signed-in user's account: her row stays, her address and username are free, and all of her sessions, links
 * and codes are dead. Needs her password; where she has none, a sign-in of a moment ago. Throws `VALIDATION_ERROR` (no
 * password), `INVALID_CREDENTIALS` (a wrong one, or the account changed meanwhile), `REAUTHENTICATION_REQUIRED`, `OVERLOADED`.
 */
export async function deleteOwnAccount(
  ctx: Context<UserActor>,
  { password }: { password: string | undefined },
): Promise<void> {
  const { userId, sessionId } = ctx.actor;
  const { credentialsVersion } =
    password === undefined
      ? await proveFreshSession(ctx)
      : await verifyOwnPassword(ctx, password, { action, field: "password" });

  const now = ctx.clock.now();
  const deleted = ctx.db.$with("deleted").as(
    ctx.db
      .update(users)
      .set({
        deletedAt: now,
        updatedAt: now,
        credentialsVersion: nextCredentialsVersion,
      })
      .where(
        and(
          eq(users.id, userId),
          eq(users.credentialsVersion, credentialsVersion),
          isNull(users.deletedAt),
        ),
      )
      .returning({ email: users.email }),
  );
  const [row] = await withEffects(ctx.db, deleted, [
    endSessionsOf(ctx, { userId, reason: "user_deleted" }),
    recordAudit(ctx, { action, result: "success", userId, sessionId }),
    recordEvent(ctx, action, { user_id: userId, email: changedColumn("email") }),
  ])
    .select()
    .from(deleted);
  if (!row) {
    await recordFailure(ctx, "account_changed");
    throw invalidCredentials();
  }
  ctx.changes.announce({ subject: "user", id: userId });
  ctx.outboxWritten();
}

/** For whom there is no password to ask for: a stolen token is seldom as young as this. */
async function proveFreshSession(ctx: Context<UserActor>): Promise<{ credentialsVersion: number }> {
  const [account] = await ctx.db
    .select({
      credentialsVersion: users.credentialsVersion,
      hasPassword: sql<boolean>`${isNotNull(users.passwordHash)}`,
      isFresh: isFreshSession(ctx.actor.sessionId, ctx.clock.now()),
    })
    .from(users)
    .where(and(eq(users.id, ctx.actor.userId), isNull(users.deletedAt)));
  if (!account) throw invalidToken();
  if (account.hasPassword) {
    throw new AppError("VALIDATION_ERROR", "The request is not valid.", {
      faults: [{ field: "password", issue: "Is required." }],
    });
  }
  if (!account.isFresh) {
    await recordFailure(ctx, "session_not_fresh");
    throw new AppError("REAUTHENTICATION_REQUIRED", "Sign in again, and then repeat this.");
  }
  return account;
}

async function recordFailure(ctx: Context<UserActor>, reason: string): Promise<void> {
  const { userId, sessionId } = ctx.actor;
  await writeAudit(ctx, { action, result: "failure", userId, sessionId, detail: { reason } });
}
