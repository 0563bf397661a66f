import { sql, type SQL } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { sessions } from "./table.ts";

/** For so long after a sign-in whoever holds its tokens is taken for the one who signed in. */
const freshSeconds = 10 * 60;

/** Whether a session was opened, by a proof of who it is, within the last ten minutes: refreshing does not renew that. */
export function isFreshSession(sessionId: string, now: Date): SQL<boolean> {
  const since = sql.param(addSeconds(now, -freshSeconds), sessions.createdAt);
  return sql`exists (
    select from ${sessions} where ${sessions.id} = ${sessionId} and ${sessions.createdAt} > ${since}::timestamptz)`;
}
