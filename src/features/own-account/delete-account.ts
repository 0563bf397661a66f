import { and, eq } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { findAppError } from "../../kernel/errors.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, recordFailure } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { deleteTokensOf } from "../identities/index.ts";
import { proveOwner } from "../passwords/index.ts";
import { endSessionsOf } from "../sessions/index.ts";
import { invalidCredentials } from "../sign-in/index.ts";
import { isActiveUser, nextCredentialsVersion, users } from "../users/index.ts";

const action = "user.deleted";

/**
 * Deletes the signed-in user's account: its row stays, its address is free, and all of its sessions, links and
 * codes are void. Needs what `proveOwner` needs. Throws `VALIDATION_ERROR` (no password),
 * `INVALID_CREDENTIALS` (a wrong one, or the account changed meanwhile), `REAUTHENTICATION_REQUIRED`, `CONFLICT` (the last
 * admin), `OVERLOADED`.
 */
export async function deleteOwnAccount(
  ctx: Context<UserActor>,
  { password }: { password: string | undefined },
): Promise<void> {
  const { userId, sessionId } = ctx.actor;
  const { credentialsVersion } = await proveOwner(ctx, password, { action, field: "password" });

  const now = ctx.clock.now();
  const query = ctx.db
    .update(users)
    .set({ deletedAt: now, updatedAt: now, credentialsVersion: nextCredentialsVersion })
    .where(and(isActiveUser(userId), eq(users.credentialsVersion, credentialsVersion)))
    .returning({ email: users.email });
  const announce = () => ({ subject: "user", id: userId }) as const;
  const deletion = commit(ctx, { query, announce }, ({ email }) => [
    endSessionsOf(ctx, { userId, reason: "user_deleted" }),
    deleteTokensOf(userId),
    recordAudit(ctx, { action, result: "success", userId, sessionId }),
    ...recordEvent(ctx, action, { user_id: userId, email }),
  ]);
  const [row] = await deletion.catch((error: unknown) => {
    if (findAppError(error)?.code === "CONFLICT") recordFailedDeletion(ctx, "last_admin");
    throw error;
  });
  if (!row) {
    recordFailedDeletion(ctx, "account_changed");
    throw invalidCredentials();
  }
}

function recordFailedDeletion(ctx: Context<UserActor>, reason: string): void {
  const { userId, sessionId } = ctx.actor;
  recordFailure(ctx, { action, userId, sessionId, detail: { reason } });
}
