import { timestamp as timestampColumn } from "drizzle-orm/pg-core";

/** A `timestamptz` column read and written as `Date`. */
export function timestamp(name: string) {
  return timestampColumn(name, { withTimezone: true, mode: "date" });
}
