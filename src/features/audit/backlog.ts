import { type SQL, sql } from "drizzle-orm";

import { countedRows } from "../../platform/outbox/backlog.ts";
import { auditLog } from "./table.ts";

/** One row of `queue`, `name`, `waiting`, `dead` and `oldest_at`: the rows of the audit log that are not sealed yet. */
export function auditBacklog(): SQL {
  const isUnsealed = sql`${auditLog.sequence} is null`;
  return sql`select 'audit' as queue, '' as name,
    (select count(*) from (select from ${auditLog} where ${isUnsealed} limit ${sql.raw(String(countedRows))}) as counted) as waiting,
    0 as dead,
    (select ${auditLog.at} from ${auditLog} where ${isUnsealed} order by ${auditLog.at}, ${auditLog.id} limit 1) as oldest_at`;
}
