import { sql, SQL } from "drizzle-orm";

/** The values of an object, each a constant or SQL over the columns of the change's row. */
export type Computed<T> = { readonly [K in keyof T]: T[K] | SQL };

/** A JSON object (`jsonb`) that is built in the database, for values that are read from the change's row. */
export function jsonObject(values: Readonly<Record<string, unknown>>): SQL {
  const pairs = Object.entries(values).map(([key, value]) =>
    value instanceof SQL
      ? sql`${key}::text, ${value}`
      : sql`${key}::text, ${JSON.stringify(value)}::jsonb`,
  );
  return sql`jsonb_build_object(${sql.join(pairs, sql`, `)})`;
}
