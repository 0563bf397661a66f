import { and, eq, isNull, type SQL, sql } from "drizzle-orm";

import { type Effect, followed, updateRows } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { endedColumns, notifyClient, timeOf } from "./notify-client.ts";
import { sessions } from "./table.ts";

/** Which of a user's sessions end with a change. */
export interface SessionsToEnd {
  /** The user's id, or the column of the change's row that has it. */
  readonly userId: string | SQL;
  /** A session that stays open: the one through which the user makes the change. */
  readonly exceptSessionId?: string;
  /** The value for `sessions.end_reason`. */
  readonly reason: string;
}

/**
 * The effect of ending a user's sessions along with a change that gives the user `nextCredentialsVersion`; the excepted session
 * goes on at that version. A session that is opened meanwhile is not seen here, and is void by its version. The change announces
 * the user, so that this replica drops the user's tokens before it responds.
 */
export function endSessionsOf(ctx: Context, which: SessionsToEnd): Effect {
  const { userId, exceptSessionId = null, reason } = which;
  const now = timeOf(ctx.clock.now());
  const isKept = sql`${sessions.id} is not distinct from ${exceptSessionId}::uuid`;
  const values = {
    endedAt: sql`case when ${isKept} then null else ${now} end`,
    endReason: sql`case when ${isKept} then null else ${reason}::text end`,
    credentialsVersion: sql`${sessions.credentialsVersion} + (case when ${isKept} then 1 else 0 end)`,
  };
  const areOpen = and(sql`${sessions.userId} = ${userId}::uuid`, isNull(sessions.endedAt));
  const returned = { ...endedColumns, endedAt: sessions.endedAt };
  return followed(updateRows(sessions, values, areOpen), returned, ({ endedAt, ...session }) =>
    notifyClient(session, now, sql`${endedAt} is not null`),
  );
}

/** The effect of ending the sessions of a user's client along with a change. */
export function endSessionsOfClient(
  ctx: Context,
  { userId, clientId, reason }: { userId: string; clientId: string | SQL; reason: string },
): Effect {
  const now = ctx.clock.now();
  const values = { endedAt: now, endReason: reason };
  const which = and(
    eq(sessions.userId, userId),
    sql`${sessions.clientId} = ${clientId}`,
    isNull(sessions.endedAt),
  );
  const announces = { subject: "user", id: userId } as const;
  const ending = followed(updateRows(sessions, values, which), endedColumns, (session) =>
    notifyClient(session, timeOf(now)),
  );
  return { ...ending, announces };
}
