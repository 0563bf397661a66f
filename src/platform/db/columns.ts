import { type SQL, sql } from "drizzle-orm";
import { customType, type PgColumn, timestamp as timestampColumn } from "drizzle-orm/pg-core";

/** A `timestamptz` column read and written as `Date`. */
export function timestamp(name: string) {
  return timestampColumn(name, { withTimezone: true, mode: "date" });
}

/** A `bytea` column read and written as bytes. */
export const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({
  dataType: () => "bytea",
  fromDriver: (value) => Uint8Array.from(value),
});

/**
 * The condition that a string contains the text, in upper or lower case. No character of the text is a wildcard: `***=` makes
 * a regular expression literal. Its time grows with the string; that of `ILIKE` also grows with the text, two hundred times.
 */
export function containsText(string: PgColumn | SQL, text: string): SQL<boolean> {
  return sql<boolean>`${string} ~* ${`***=${text}`}`;
}
