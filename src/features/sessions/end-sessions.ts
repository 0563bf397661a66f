import { and, eq, type SQL } from "drizzle-orm";

import { once, withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { type AuditEntry, recordAudit } from "../audit/index.ts";
import { isLiving } from "./living-session.ts";
import { sessions } from "./table.ts";

/** Ends the given session of the given user, if it lives, and records it. */
export async function endSession(
  ctx: Context,
  session: { id: string; userId: string },
): Promise<void> {
  const { id, userId } = session;
  await end(ctx, and(eq(sessions.userId, userId), eq(sessions.id, id)), "logout", {
    action: "session.logout",
    result: "success",
    userId,
    sessionId: id,
  });
}

/** Ends every living session of a user and gives their number. */
export function endAllSessions(ctx: Context, userId: string): Promise<number> {
  return end(ctx, eq(sessions.userId, userId), "logout_all", {
    action: "session.logout_all",
    result: "success",
    userId,
  });
}

async function end(
  ctx: Context,
  which: SQL | undefined,
  reason: string,
  entry: AuditEntry,
): Promise<number> {
  const now = ctx.clock.now();
  const ended = ctx.db.$with("ended").as(
    ctx.db
      .update(sessions)
      .set({ endedAt: now, endReason: reason })
      .where(and(which, isLiving(now)))
      .returning({ id: sessions.id }),
  );
  const rows = await withEffects(ctx.db, ended, [once(recordAudit(ctx, entry))])
    .select()
    .from(ended);
  return rows.length;
}
