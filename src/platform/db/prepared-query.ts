import { Column, is, Param, Placeholder, type Query, type SQL, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";

import { asPreparedFields, type PreparedFields } from "./drizzle-internals.ts";
import type { Db } from "./port.ts";

/** A value of a statement: known while it is built, left open until it is sent, or found by the statement itself. */
export type QueryValue<V> = V | Placeholder | SQL;

/** Where a statement's values come from: `(read) => read(source)` states them, a hot statement leaves them open. */
export type ParameterSource<Source> = <V>(read: (source: Source) => V) => QueryValue<V>;

/** A statement of Drizzle's that gives rows. */
interface Builder<Rows> {
  prepare(name: string): { getQuery(): Query; execute(): Promise<Rows> };
}

type Field = NonNullable<PreparedFields>[number];

interface Rendered<Input> {
  readonly text: string;
  readonly parameters: readonly ((input: Input) => unknown)[];
  readonly fields: PreparedFields;
}

/**
 * A statement that is built once in a process, for Drizzle takes longer to build one than Postgres to run it. `describe` builds
 * it, with `given(read)` in the place of each value that differs; `read` finds that value in what the statement is sent with.
 * The `Db` that it is given sends it like any other, and gives its rows, which are flat.
 */
export function preparedQuery<Input, Rows>(
  describe: (db: Db, given: ParameterSource<Input>) => Builder<Rows>,
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
        "hot",
        true,
      )
      .execute();
  };
}

function render<Input, Rows>(
  describe: (db: Db, given: ParameterSource<Input>) => Builder<Rows>,
): Rendered<Input> {
  const readers = new Map<string, (input: Input) => unknown>();
  const given = (read: (input: Input) => unknown): Placeholder => {
    const name = `given_${readers.size}`;
    readers.set(name, read);
    return sql.placeholder(name);
  };
  // Builds text and sends nothing; both databases speak the same SQL.
  const prepared = describe(drizzle.mock(), given).prepare("hot");
  const query = prepared.getQuery();
  const fields = asPreparedFields(prepared);
  // What Drizzle does to the objects in a row takes more than the fields.
  if (fields?.some(({ path }) => path.length > 1)) throw new Error("rows of rows are not given");
  return {
    text: query.sql,
    parameters: query.params.map((parameter) => parameterReader(parameter, readers)),
    fields: fields?.map(withoutProxies),
  };
}

/** Behind the columns of a CTE stand proxies of Drizzle's, in which most of the time goes when rows are read. */
function withoutProxies(column: Field): Field {
  const { path, field } = column;
  if (!is(field, Column)) return column;
  return { path, field: sql``.mapWith(field.mapFromDriverValue.bind(field)) };
}

/** What gives a parameter's value in the form in which it travels. */
function parameterReader<Input>(
  parameter: unknown,
  readers: ReadonlyMap<string, (input: Input) => unknown>,
): (input: Input) => unknown {
  const placeholder = is(parameter, Param) ? parameter.value : parameter;
  if (!is(placeholder, Placeholder)) return () => parameter;
  const read = readers.get(placeholder.name);
  if (!read) throw new Error(`a placeholder of another statement: ${placeholder.name}`);
  const encode = is(parameter, Param)
    ? (value: unknown): unknown => parameter.encoder.mapToDriverValue(value)
    : encodeParameter;
  return (input) => {
    const value = read(input);
    if (value === undefined) throw new Error("a value of a statement is missing");
    return value === null ? null : encode(value);
  };
}

/** A value that is compared, not written: a moment as every column of moments has it, and nothing that would need a column. */
export function encodeParameter(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "object" && value !== null)
    throw new Error("a value of a statement needs its column");
  return value;
}
