import { Column, is, Param, Placeholder, type Query, type SQL, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";

import { asPreparedFields, type PreparedFields } from "./drizzle-internals.ts";
import type { Db } from "./port.ts";

/** A value of a statement: a constant, a parameter whose value is set when it is sent, or SQL that computes it. */
export type QueryValue<V> = V | Placeholder | SQL;

/** Gives the value that `read` finds in a source: as a constant where the source is at hand, as a parameter in a prepared query. */
export type ParameterSource<Source> = <V>(read: (source: Source) => V) => QueryValue<V>;

/** A statement of Drizzle's that returns rows. */
interface Builder<Rows> {
  prepare(name: string): { getQuery(): Query; execute(): Promise<Rows> };
}

type Field = NonNullable<PreparedFields>[number];

/** Drizzle requires a name; its drivers for both databases do not send it. */
const statementName = "prepared";

interface Rendered<Input> {
  readonly text: string;
  readonly parameters: readonly ((input: Input) => unknown)[];
  readonly fields: PreparedFields;
}

/**
 * A statement that is built once in a process, since Drizzle takes longer to build a statement than Postgres to run it.
 * `describe` builds it with `parameter(read)` in the place of each value that differs between calls; `read` finds the value in a
 * call's input. The call's `Db` sends the statement and returns its rows, whose columns are not nested.
 */
export function preparedQuery<Input, Rows>(
  describe: (db: Db, parameter: ParameterSource<Input>) => Builder<Rows>,
): (db: Db, input: Input) => Promise<Rows> {
  let rendered: Rendered<Input> | null = null;
  return async (db, input) => {
    rendered ??= render(describe);
    const { text, parameters, fields } = rendered;
    const params = parameters.map((read) => read(input));
    return db._.session
      .prepareQuery<{ execute: Rows; all: never; values: never }>(
        { sql: text, params },
        fields,
        statementName,
        true,
      )
      .execute();
  };
}

function render<Input, Rows>(
  describe: (db: Db, parameter: ParameterSource<Input>) => Builder<Rows>,
): Rendered<Input> {
  const readers = new Map<string, (input: Input) => unknown>();
  const parameter = (read: (input: Input) => unknown): Placeholder => {
    const name = `parameter_${readers.size}`;
    readers.set(name, read);
    return sql.placeholder(name);
  };
  // The mock builds the text and sends nothing. The text is the same for both databases.
  const prepared = describe(drizzle.mock(), parameter).prepare(statementName);
  const query = prepared.getQuery();
  const fields = asPreparedFields(prepared);
  // The fields alone are not enough for Drizzle to build nested rows.
  if (fields?.some(({ path }) => path.length > 1)) throw new Error("nested rows are not supported");
  return {
    text: query.sql,
    parameters: query.params.map((rendered) => parameterReader(rendered, readers)),
    fields: fields?.map(withoutProxies),
  };
}

/** Drizzle wraps the columns of a CTE in proxies, which take most of the time of reading rows. */
function withoutProxies(column: Field): Field {
  const { path, field } = column;
  if (!is(field, Column)) return column;
  return { path, field: sql``.mapWith(field.mapFromDriverValue.bind(field)) };
}

/** The function that reads a parameter's value from an input, encoded as it is sent. */
function parameterReader<Input>(
  parameter: unknown,
  readers: ReadonlyMap<string, (input: Input) => unknown>,
): (input: Input) => unknown {
  const placeholder = is(parameter, Param) ? parameter.value : parameter;
  if (!is(placeholder, Placeholder)) return () => parameter;
  const read = readers.get(placeholder.name);
  if (!read) throw new Error(`the placeholder belongs to another statement: ${placeholder.name}`);
  const encode = is(parameter, Param)
    ? (value: unknown): unknown => parameter.encoder.mapToDriverValue(value)
    : encodeParameter;
  return (input) => {
    const value = read(input);
    if (value === undefined) throw new Error("a value of a statement is missing");
    return value === null ? null : encode(value);
  };
}

/** Encodes a value without a column, as in a comparison: a date as a timestamp. Throws for any other object. */
export function encodeParameter(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "object" && value !== null)
    throw new Error("a value of a statement needs its column");
  return value;
}
