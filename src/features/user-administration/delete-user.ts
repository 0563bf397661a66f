import { withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { endSessionsOf } from "../sessions/index.ts";
import { nextCredentialsVersion, users } from "../users/index.ts";
import { administerUser, isAsRead } from "./administer-user.ts";

const action = "user.deleted";

/**
 * Deletes a user: her row stays, her address and username are free, and all of her sessions, links and codes are dead. Throws
 * `USER_NOT_FOUND`, `FORBIDDEN`, `CONFLICT` (she is the last admin).
 */
export async function deleteUser(ctx: Context, userId: string): Promise<void> {
  await administerUser(ctx, { userId, deeds: [{ action }] }, async (account) => {
    const now = ctx.clock.now();
    const deleted = ctx.db
      .$with("deleted")
      .as(
        ctx.db
          .update(users)
          .set({ deletedAt: now, updatedAt: now, credentialsVersion: nextCredentialsVersion })
          .where(isAsRead(account))
          .returning({ id: users.id }),
      );
    const rows = await withEffects(ctx.db, deleted, [
      endSessionsOf(ctx, { userId, reason: "user_deleted" }),
      recordAudit(ctx, { action, result: "success", userId }),
      recordEvent(ctx, action, { user_id: userId, email: account.email }),
    ])
      .select()
      .from(deleted);
    return rows.length > 0 ? true : null;
  });
  ctx.changes.announce({ subject: "user", id: userId });
  ctx.outboxWritten();
}
