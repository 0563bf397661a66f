import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { deleteTokensOf } from "../identities/index.ts";
import { endSessionsOf } from "../sessions/index.ts";
import { nextCredentialsVersion, users } from "../users/index.ts";
import { administerUser, isAsRead } from "./administer-user.ts";

const action = "user.deleted";

/**
 * Deletes a user: the row stays, the address is free, and all sessions, links and codes are void. Throws
 * `USER_NOT_FOUND`, `FORBIDDEN`, `CONFLICT` (the last admin).
 */
export async function deleteUser(ctx: Context, userId: string): Promise<void> {
  await administerUser(ctx, { userId, actions: [{ action }] }, async (account) => {
    const now = ctx.clock.now();
    const query = ctx.db
      .update(users)
      .set({ deletedAt: now, updatedAt: now, credentialsVersion: nextCredentialsVersion })
      .where(isAsRead(account))
      .returning({ id: users.id });
    const announce = () => ({ subject: "user", id: userId }) as const;
    const rows = await commit(ctx, { query, announce }, () => [
      endSessionsOf(ctx, { userId, reason: "user_deleted" }),
      deleteTokensOf(userId),
      recordAudit(ctx, { action, result: "success", userId }),
      ...recordEvent(ctx, action, { user_id: userId, email: account.email }),
    ]);
    return rows.length > 0 ? true : null;
  });
}
