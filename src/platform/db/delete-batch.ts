import { and, lte, type SQL, sql } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";

import type { Db } from "./port.ts";

/** Any fixed number does, as long as nobody else takes this lock on the same database ("swee" in ASCII). */
const advisoryLockKey = 0x73776565;

/** No statement deletes more rows than this, so that none holds its locks for long. */
export const batchSize = 1000;

/** Which rows are due: those of before a moment, of them perhaps only some. */
export interface DueRows {
  /** An indexed column: a table of millions must not be read whole. */
  readonly since: PgColumn;
  readonly before: Date;
  readonly which?: SQL | undefined;
}

/**
 * Deletes up to `batchSize` of the due rows, the oldest ones, and gives their number. Of several replicas that do so at the
 * same moment one deletes and the others get 0; a row that anybody is just changing is passed over.
 */
export async function deleteBatch(db: Db, table: PgTable, due: DueRows): Promise<number> {
  const isAlone = sql`(select pg_try_advisory_xact_lock(${advisoryLockKey}))`;
  const isDue = and(isAlone, lte(due.since, due.before), due.which);
  const batch = sql`select ctid from ${table} where ${isDue}
    order by ${due.since} limit ${batchSize} for update skip locked`;
  const deleted = await db
    .delete(table)
    .where(sql`ctid = any(array(${batch}))`)
    .returning({ one: sql`1` });
  return deleted.length;
}
