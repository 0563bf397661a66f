import { and, desc, eq, gte, type SQL, sql } from "drizzle-orm";

import type { Db } from "../../platform/db/port.ts";
import type { ParameterSource, QueryValue } from "../../platform/db/prepared-query.ts";
import type { Context } from "../../platform/platform.ts";
import type { AuditAction } from "./actions.ts";
import { auditLog } from "./table.ts";

/** Which earlier entry is meant: the latest of this action on the session. */
interface EarlierEntry {
  readonly action: AuditAction;
  readonly userId: QueryValue<string>;
  readonly sessionId: QueryValue<string>;
  /** No entry with a lower id is read (`lowestIdOf`). */
  readonly lowestId: QueryValue<string>;
}

/**
 * In a statement: whether the request comes from another network (IPv4 /24, IPv6 /64) and another user agent than an earlier
 * entry; false if there is no such entry.
 */
export function differsFromEarlier(
  db: Db,
  contexts: ParameterSource<Context>,
  { action, userId, sessionId, lowestId }: EarlierEntry,
): SQL<boolean> {
  const address = sql`${contexts(({ origin }) => origin.ipAddress)}::text`;
  const agent = sql`${contexts(({ origin }) => origin.userAgent)}::text`;
  const isOtherNetwork = sql`${networkOf(sql`${auditLog.ipAddress}`)} is distinct from ${networkOf(address)}`;
  const isOtherAgent = sql`${beginningOf(sql`${auditLog.userAgent}`)} is distinct from ${beginningOf(agent)}`;
  const earlier = db
    .select({ differs: sql<boolean>`${isOtherNetwork} and ${isOtherAgent}`.as("differs") })
    .from(auditLog)
    .where(
      and(
        eq(auditLog.userId, userId),
        eq(auditLog.sessionId, sessionId),
        eq(auditLog.action, action),
        gte(auditLog.id, lowestId),
      ),
    )
    .orderBy(desc(auditLog.id))
    .limit(1);
  return sql<boolean>`coalesce(${earlier}, false)`;
}

/** A null, and an address with a zone, which Postgres cannot read, are networks of their own. */
function networkOf(address: SQL): SQL {
  return sql`case when ${address} ~ '^[0-9a-f:.]+$'
    then network(set_masklen(${address}::inet, case family(${address}::inet) when 4 then 24 else 64 end))::text
    else ${address} end`;
}

/** Stored user agents may be cut off. */
function beginningOf(agent: SQL): SQL {
  return sql`left(${agent}, 256)`;
}
