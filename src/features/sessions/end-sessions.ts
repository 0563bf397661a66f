import { and, eq, sql, type SQL } from "drizzle-orm";

import { AppError } from "../../kernel/errors.ts";
import { isUuid } from "../../kernel/ids.ts";
import { jsonObject } from "../../platform/db/json-object.ts";
import { type Effect, once, withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { type AuditAction, recordAudit } from "../audit/index.ts";
import { users } from "../users/index.ts";
import { isOpen } from "./active-session.ts";
import { sessions } from "./table.ts";

/** Ends the given session of the given user, if it is open, and records it. */
export async function endSession(
  ctx: Context,
  session: { id: string; userId: string },
): Promise<void> {
  await endOne(ctx, session, "logout", "session.logout");
}

/** Ends a session of the given user from her list. Throws `NOT_FOUND` when she has no such open session. */
export async function revokeSession(
  ctx: Context,
  session: { id: string; userId: string },
): Promise<void> {
  if (!isUuid(session.id) || (await endOne(ctx, session, "revoked", "session.revoked")) === 0) {
    throw new AppError("NOT_FOUND", "There is no such session.");
  }
}

/** Which of a user's sessions end with a change. */
export interface SessionsToEnd {
  /** Her id, or the column of the change's row that holds it. */
  readonly userId: string | SQL;
  /** A session that lives on: the one by which she makes the change. */
  readonly exceptSessionId?: string;
  /** As `sessions.end_reason` will say. */
  readonly reason: string;
}

/**
 * The effect of ending a user's sessions along with a change that gives her `nextCredentialsVersion`; the excepted one goes
 * on at that version. One that is opened meanwhile is not seen here, and void by its version. Afterwards the caller
 * announces the user's change, so that this replica forgets her tokens before it answers.
 */
export function endSessionsOf(ctx: Context, which: SessionsToEnd, when: SQL = sql`true`): Effect {
  const { userId, exceptSessionId = null, reason } = which;
  const now = sql`${sql.param(ctx.clock.now(), sessions.endedAt)}::timestamptz`;
  const isKept = sql`${sessions.id} is not distinct from ${exceptSessionId}::uuid`;
  return (changed) => sql`
    with "owner" as (select ${userId}::uuid as "id" from ${changed} where ${when})
    update ${sessions} set
      ended_at = case when ${isKept} then null else ${now} end,
      end_reason = case when ${isKept} then null else ${reason}::text end,
      credentials_version = ${sessions.credentialsVersion} + (case when ${isKept} then 1 else 0 end)
    from "owner" where ${sessions.userId} = "owner"."id" and ${sessions.endedAt} is null`;
}

/** Ends every open session of a user and gives their number. */
export function endAllSessions(ctx: Context, userId: string): Promise<number> {
  const entry = { action: "session.logout_all", result: "success", userId } as const;
  return end(ctx, { userId }, "logout_all", once(recordAudit(ctx, entry)));
}

/** The same for another's, by whoever may: it is recorded also where there was none to end. */
export function revokeAllSessions(ctx: Context, userId: string): Promise<number> {
  const record: Effect = (ended) =>
    recordAudit(ctx, {
      action: "session.revoked",
      result: "success",
      userId,
      detail: jsonObject({ sessions: sql`(select count(*) from ${ended})` }),
    })(sql`(select) as "once"`);
  return end(ctx, { userId }, "revoked", record);
}

function endOne(
  ctx: Context,
  { id, userId }: { id: string; userId: string },
  reason: string,
  action: AuditAction,
): Promise<number> {
  const entry = { action, result: "success", userId, sessionId: id } as const;
  return end(ctx, { id, userId }, reason, once(recordAudit(ctx, entry)));
}

/** Ends a user's open sessions, or one of them, and gives their number. */
async function end(
  ctx: Context,
  { userId, id = null }: { userId: string; id?: string | null },
  reason: string,
  record: Effect,
): Promise<number> {
  const now = ctx.clock.now();
  // She is locked first, as by every change that ends several sessions: two of them never wait for each other.
  const owner = ctx.db
    .$with("owner")
    .as(
      ctx.db.select({ id: users.id }).from(users).where(eq(users.id, userId)).for("no key update"),
    );
  const which = id === null ? undefined : eq(sessions.id, id);
  const ended = ctx.db.$with("ended").as(
    ctx.db
      .with(owner)
      .update(sessions)
      .set({ endedAt: now, endReason: reason })
      .from(owner)
      .where(and(eq(sessions.userId, owner.id), which, isOpen(now)))
      .returning({ id: sessions.id }),
  );
  const rows = await withEffects(ctx.db, ended, [record]).select().from(ended);
  // This replica answers next, perhaps before the database's own news of it arrives.
  for (const row of rows) ctx.changes.announce({ subject: "session", id: row.id });
  return rows.length;
}
