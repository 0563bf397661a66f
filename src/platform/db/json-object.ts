import { is, Placeholder, sql, SQL } from "drizzle-orm";

import { constant } from "./constant.ts";

/** The values of an object, each a constant or SQL over the columns of the change's row. */
export type Computed<T> = { readonly [K in keyof T]: T[K] | SQL };

/**
 * A JSON object (`jsonb`), whose keys are names of the code. The database builds it if values are read from the change's row; else
 * it is one parameter. Throws for a placeholder, which would be written as JSON: give it a type in SQL.
 */
export function jsonObject(values: Readonly<Record<string, unknown>>): SQL {
  if (!isComputed(values)) return sql`${JSON.stringify(values)}::jsonb`;
  const pairs = Object.entries(values).map(([key, value]) =>
    value instanceof SQL
      ? sql`${constant(key)}, ${value}`
      : sql`${constant(key)}, ${JSON.stringify(value)}::jsonb`,
  );
  return sql`jsonb_build_object(${sql.join(pairs, sql`, `)})`;
}

/** Whether the database must build the object. */
export function isComputed(values: Readonly<Record<string, unknown>>): boolean {
  if (Object.values(values).some((value) => is(value, Placeholder))) {
    throw new Error("a JSON object has a placeholder without a type");
  }
  return Object.values(values).some((value) => value instanceof SQL);
}
