import { and, lte, type SQL, sql } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";

import type { Db } from "./port.ts";

/** Any fixed number that no other program on the same database uses for an advisory lock ("swee" in ASCII). */
const advisoryLockKey = 0x73776565;

/** The maximum of rows that one statement deletes, so that it keeps its row locks for a short time. */
export const batchSize = 1000;

/** Which rows are due: those with a time up to `before`, and of them those that `which` selects. */
export interface DueRows {
  /** The column of that time. It has an index, so that a large table is not read as a whole. */
  readonly since: PgColumn;
  readonly before: Date;
  readonly which?: SQL | undefined;
}

/**
 * Deletes up to `batchSize` of the due rows, oldest first, and returns their number. If several replicas do this at the same
 * time, one deletes and the others return 0. A row that another transaction has locked is skipped.
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
