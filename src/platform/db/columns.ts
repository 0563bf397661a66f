import { ilike, type SQL } from "drizzle-orm";
import { type PgColumn, timestamp as timestampColumn } from "drizzle-orm/pg-core";

/** A `timestamptz` column read and written as `Date`. */
export function timestamp(name: string) {
  return timestampColumn(name, { withTimezone: true, mode: "date" });
}

/** The condition that a column contains the text, in upper or lower case. No character of the text is a wildcard. */
export function containsText(column: PgColumn, text: string): SQL {
  return ilike(column, `%${text.replace(/[\\%_]/g, "\\$&")}%`);
}
