import { sql, type SQL } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";

import { AppError } from "../../kernel/errors.ts";

/** More often than others can come in between by chance. */
const maximumAttempts = 20;

/** Another one whenever a table's row was written (`xmin`): what was decided on a reading of it holds while it is the same. */
export function rowVersion(table: PgTable): SQL<string> {
  return sql<string>`${table}.xmin::text`.mapWith(String);
}

/**
 * Reads, decides and writes anew until what was read is still so when it is written; `attempt` gives null when it was not.
 * For decisions that are more than one statement can hold. Throws `CONFLICT` if others come in between again and again.
 */
export async function untilWritten<T>(attempt: () => Promise<T | null>): Promise<T> {
  for (let attempts = 0; attempts < maximumAttempts; attempts += 1) {
    const written = await attempt();
    if (written !== null) return written;
  }
  throw new AppError("CONFLICT", "Others are changing this at the moment.");
}
