import { and, eq, isNull, type SQL, sql } from "drizzle-orm";

import { type Effect, followed, updateRows } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { endedColumns, notifyClient, timeOf } from "./notify-client.ts";
import { sessions } from "./table.ts";

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
