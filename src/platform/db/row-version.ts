import { sql, type SQL } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";

import { AppError } from "../../kernel/errors.ts";

/** More attempts than concurrent changes of one row are likely to defeat. */
const maximumAttempts = 20;

/** The version of a table's row (`xmin`): each write of the row changes it. A decision on a row holds while it is the same. */
export function rowVersion(table: PgTable): SQL<string> {
  return sql<string>`${table}.xmin::text`.mapWith(String);
}

/**
 * Repeats `attempt`, which reads, decides and writes, until it returns a value; it returns null if a row was changed after it
 * was read, and writes nothing then. For decisions that one statement cannot make. Throws `CONFLICT` after 20 attempts.
 */
export async function untilWritten<T>(attempt: () => Promise<T | null>): Promise<T> {
  for (let attempts = 0; attempts < maximumAttempts; attempts += 1) {
    const written = await attempt();
    if (written !== null) return written;
  }
  throw new AppError("CONFLICT", "Others are changing this at the same time.");
}
