import { type SQL, sql } from "drizzle-orm";
import { type PgColumn, timestamp as timestampColumn } from "drizzle-orm/pg-core";

/** A `timestamptz` column read and written as `Date`. */
export function timestamp(name: string) {
  return timestampColumn(name, { withTimezone: true, mode: "date" });
}

/**
 * The condition that a string contains the text, in upper or lower case. No character of the text is a wildcard: `***=` makes
 * a regular expression literal. Its time grows with the string; that of `ILIKE` also grows with the text, two hundred times.
 */
export function containsText(string: PgColumn | SQL, text: string): SQL<boolean> {
  return sql<boolean>`${string} ~* ${`***=${text}`}`;
}
