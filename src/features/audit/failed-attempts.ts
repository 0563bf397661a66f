import { sql } from "drizzle-orm";

import type { AttemptTally, FailedAttempt } from "../../platform/failures/port.ts";
import { clientSource } from "../../platform/http/client-source.ts";
import type { Platform } from "../../platform/platform.ts";
import { auditTopic } from "./record-audit.ts";
import { auditLog } from "./table.ts";

/** One statement writes so many rows. */
const batchSize = 500;

/**
 * Writes the failed attempts of this replica that are due: single ones, and those that were counted together until their minute
 * was over, as one row. With `everything` also those of the present minute. What cannot be written is written later.
 */
export async function writeFailedAttempts(
  { db, clock, failures, outboxWritten }: Platform,
  { everything }: { everything: boolean },
): Promise<void> {
  const due = failures.take(clock.now(), everything);
  for (let start = 0; start < due.length; start += batchSize) {
    try {
      await insertRows(due.slice(start, start + batchSize));
      outboxWritten([auditTopic]);
    } catch (error) {
      failures.putBack(due.slice(start));
      throw error;
    }
  }

  /** As one parameter: the statement is the same for any number of rows. A batch may have been written before its error. */
  async function insertRows(tallies: readonly AttemptTally[]): Promise<void> {
    const rows = JSON.stringify(tallies.map(rowOf));
    await db.execute(sql`
      insert into ${auditLog} (id, at, action, result, actor_kind, actor_id, user_id, session_id, amr, ip_address, user_agent,
        request_id, detail)
      select id, at, action, 'failure', "actorKind", "actorId", "userId", "sessionId", amr, "ipAddress", "userAgent",
        "requestId", detail
      from jsonb_to_recordset(${rows}::text::jsonb) as attempt (id uuid, at timestamptz, action text, "actorKind" text,
        "actorId" uuid, "userId" uuid, "sessionId" uuid, amr text[], "ipAddress" text, "userAgent" text, "requestId" text,
        detail jsonb)
      on conflict (id) do nothing`);
  }
}

/** The row of a tally: that of its first attempt, with the count. */
function rowOf({ first, count, lastAt, by, userIds }: AttemptTally): FailedAttempt {
  if (count === 1 && by !== "other sources") return first;
  const counts = { count, until: lastAt.toISOString() };
  if (by === "subject") return { ...first, detail: { ...first.detail, ...counts } };
  const { ipAddress } = first;
  const network = ipAddress !== null && by === "source" ? clientSource(ipAddress) : ipAddress;
  return {
    ...first,
    actorId: null,
    userId: null,
    sessionId: null,
    ...(by === "source" ? {} : { ipAddress: null, userAgent: null }),
    detail: {
      ...first.detail,
      ...counts,
      ...(by === "source" ? {} : { other_sources: true }),
      ...(network === ipAddress ? {} : { network }),
      ...(userIds.length > 0 ? { user_ids: userIds } : {}),
    },
  };
}
