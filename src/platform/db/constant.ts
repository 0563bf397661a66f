import { type SQL, sql } from "drizzle-orm";

/**
 * A value of the code or the settings as a literal in a statement's text, never one that was sent: a parameter costs the database
 * more, at each execution. Throws for text with a backslash, which a server may take for an escape.
 */
export function constant(value: number | string): SQL {
  if (String(value).includes("\\")) throw new Error("a constant of a statement has a backslash");
  return sql`${value}`.inlineParams();
}
