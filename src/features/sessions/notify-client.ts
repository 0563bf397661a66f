import { sql, type SQL } from "drizzle-orm";

import { type Columns, type Effect, when } from "../../platform/db/effects.ts";
import { jsonObject } from "../../platform/db/json-object.ts";
import { enqueueForEach } from "../../platform/outbox/enqueue.ts";
import { clients } from "../clients/index.ts";
import { sessions } from "./table.ts";

/** The outbox topic of the messages to clients about sessions that have ended. */
export const backchannelLogoutTopic = "backchannel-logout";

/** A session that a change ends. */
export interface EndedSession {
  readonly id: string;
  readonly userId: string;
  readonly clientId: string | null;
}

/** The columns of an `EndedSession`. */
export const endedColumns = {
  id: sessions.id,
  userId: sessions.userId,
  clientId: sessions.clientId,
};

/**
 * The effects of telling the client of each ended session, if it has an address for that (OpenID Connect Back-Channel Logout 1.0
 * §2.3). `at` is the time as `timestamptz`; `hasEnded` is for a change that also returns sessions that go on.
 */
export function notifyClient(
  session: Columns<EndedSession>,
  at: SQL,
  hasEnded: SQL = sql`true`,
): Effect[] {
  const { id, userId, clientId } = session;
  const isToBeTold = sql`${hasEnded} and exists (
    select from ${clients} where ${clients.clientId} = ${clientId} and ${clients.backchannelLogoutUri} is not null)`;
  const payload = jsonObject({ session_id: id, user_id: userId, client_id: clientId });
  const message = { key: sql`${userId}::text`, fairnessKey: sql`${clientId}`, payload, at };
  return when(isToBeTold, [enqueueForEach({ topic: backchannelLogoutTopic, ...message })]);
}

/** A time as `timestamptz`. */
export function timeOf(date: Date): SQL {
  return sql`${sql.param(date, sessions.endedAt)}::timestamptz`;
}
