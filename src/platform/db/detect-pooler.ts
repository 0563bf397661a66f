import { sql } from "drizzle-orm";

import { findDatabaseFault } from "./errors.ts";
import type { Db } from "./port.ts";

/** A statement of this length keeps its server process busy while another connection asks for one. */
const busySeconds = 0.1;

/** A prepared statement is missing, or is already there: another client uses the same server process. */
const sharingStates = new Set(["26000", "42P05"]);

/**
 * Whether connections go through a pooler that gives each transaction another server process. `one` and `other` must each have
 * one connection, both open: without a pooler two open connections never have the same process, and none changes its own.
 */
export async function isTransactionPooled(one: Db, other: Db): Promise<boolean> {
  try {
    const first = await processOf(one, 0);
    const [busy, second] = await Promise.all([processOf(other, busySeconds), processOf(one, 0)]);
    return busy === first || second !== first;
  } catch (error) {
    if (sharingStates.has(findDatabaseFault(error)?.sqlState ?? "")) return true;
    throw error;
  }
}

async function processOf(db: Db, seconds: number): Promise<number> {
  const [row] = await db
    .select({ id: sql`pg_backend_pid()`.mapWith(Number) })
    .from(sql`pg_sleep(${seconds}::double precision)`);
  return row?.id ?? 0;
}
