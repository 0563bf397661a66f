import { timestamp } from "drizzle-orm/pg-core";

/** A `timestamptz` column read and written as `Date`. */
export function moment(name: string) {
  return timestamp(name, { withTimezone: true, mode: "date" });
}
