import { type SQL, sql } from "drizzle-orm";

/** A value of the code as a literal in a statement's text. A parameter costs the database more, at each execution. */
export function constant(value: number | string): SQL {
  return sql`${value}`.inlineParams();
}
