import { sql, SQL } from "drizzle-orm";

/** The values of an object, each given or computed in SQL from the change's row. */
export type Computed<T> = { readonly [K in keyof T]: T[K] | SQL };

/** A JSON object (`jsonb`) put together in the database, for values that only a change's row knows. */
export function jsonObject(values: Readonly<Record<string, unknown>>): SQL {
  const pairs = Object.entries(values).map(([key, value]) =>
    value instanceof SQL
      ? sql`${key}::text, ${value}`
      : sql`${key}::text, ${JSON.stringify(value)}::jsonb`,
  );
  return sql`jsonb_build_object(${sql.join(pairs, sql`, `)})`;
}
