import { Column, getTableColumns, type InferInsertModel, is, SQL, sql } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";

import type { Change } from "./change-feed.ts";
import type { QueryValue } from "./prepared-query.ts";

/** What one part of a statement writes to a table. `change` is an `UPDATE`, a `DELETE` or an upsert. */
export interface Write {
  readonly table: PgTable;
  readonly kind: "insert" | "change";
  /** A name for the rows, required where another part of the statement changes other rows of the table. */
  readonly rows?: string;
}

/** The rows from which an effect reads: a relation, and the name that qualifies its columns. */
export interface RowSource {
  readonly name: string;
  readonly from: SQL;
}

/** The columns of a row, each as typed SQL that is qualified by the name of its relation. */
export type Columns<Row> = { readonly [Key in keyof Row]: SQL<Row[Key]> };

/** A data-modifying part of a change's statement, which runs for each row that the change returned. */
export interface Effect {
  readonly write: Write;
  readonly query: (source: RowSource) => SQL;
  /** The outbox topic whose worker is woken once the statement is committed. */
  readonly wakes?: string;
  /** What is announced to the caches once the statement is committed. */
  readonly announces?: Change;
  /** Effects of the rows that it returns itself. */
  readonly followedBy?: (source: RowSource) => readonly Effect[];
}

/** A row to write: each value is a parameter, or SQL over the columns of the change's row. */
export type EffectRow<T extends PgTable> = {
  readonly [Key in keyof InferInsertModel<T>]: QueryValue<InferInsertModel<T>[Key]>;
};

/** `INSERT`: one row for each row of the change. A row whose key is taken is left out with `onConflict: "nothing"`. */
export function insertRow<T extends PgTable>(
  table: T,
  row: EffectRow<T>,
  { onConflict }: { onConflict?: "nothing" } = {},
): Effect {
  const suffix = onConflict ? sql` on conflict do nothing` : sql``;
  return {
    write: { table, kind: "insert" },
    query: (source) => sql`${insertion(table, row, source)}${suffix}`,
  };
}

/**
 * Upsert: inserts the row or, if there is a row with the same `key`, sets that row's columns of `replace` to these values if
 * `where` holds for that row.
 */
export function upsertRow<T extends PgTable>(
  table: T,
  row: EffectRow<T>,
  {
    key,
    replace,
    rows,
    where,
  }: { key: PgColumn[]; replace: PgColumn[]; rows?: string; where?: SQL },
): Effect {
  const condition = where === undefined ? sql`` : sql` where ${where}`;
  const keyColumns = key.map(({ name }) => sql.identifier(name));
  const replaced = replace.map(
    ({ name }) => sql`${sql.identifier(name)} = excluded.${sql.identifier(name)}`,
  );
  return {
    write: changeOf(table, rows),
    query: (source) => sql`${insertion(table, row, source)}
      on conflict (${sql.join(keyColumns, sql`, `)}) do update set ${sql.join(replaced, sql`, `)}${condition}`,
  };
}

/** `UPDATE`: sets these values in the rows that `where` finds. */
export function updateRows<T extends PgTable>(
  table: T,
  values: Partial<EffectRow<T>>,
  where: SQL | undefined,
  rows?: string,
): Effect {
  const assignments = valuesOf(table, values).map(
    ({ column, value }) => sql`${sql.identifier(column.name)} = ${value}`,
  );
  return {
    write: changeOf(table, rows),
    query: ({ from }) =>
      sql`update ${table} set ${sql.join(assignments, sql`, `)} from ${from} where ${where}`,
  };
}

/** `DELETE`: deletes the rows that `where` finds. */
export function deleteRows(table: PgTable, where: SQL | undefined, rows?: string): Effect {
  return {
    write: changeOf(table, rows),
    query: ({ from }) => sql`delete from ${table} using ${from} where ${where}`,
  };
}

/** The effects for those rows of the change for which the condition holds. */
export function when(condition: SQL, effects: readonly Effect[]): Effect[] {
  return effects.map((effect) =>
    withSource(effect, ({ from }) => sql`select * from ${from} where ${condition}`),
  );
}

/** The effect once for the whole change, if the change returned any row. */
export function once(effect: Effect): Effect {
  return withSource(effect, ({ from }) => sql`select * from ${from} limit 1`);
}

/**
 * The effect once, whether the change returned a row or not. It cannot use a row's columns. It announces and wakes only if a
 * row was changed.
 */
export function always(effect: Effect): Effect {
  return withSource(effect, () => sql`select`);
}

/**
 * The effect without waking an outbox worker: the message is found by the worker's next poll. For a message that few statements
 * of their kind write, since each wake-up costs a query.
 */
export function deferred({ wakes: _topic, ...effect }: Effect): Effect {
  return effect;
}

/** An effect with effects of its own, which run for each row that it returns and are built from its `returned` columns. */
export function followed<Returned extends Readonly<Record<string, SQL | PgColumn>>>(
  effect: Effect,
  returned: Returned,
  effectsOf: (row: Columns<RowOf<Returned>>) => readonly Effect[],
): Effect {
  const selection = Object.entries(returned).map(
    ([key, value]) => sql`${value} as ${sql.identifier(key)}`,
  );
  return {
    ...effect,
    query: (source) => sql`${effect.query(source)} returning ${sql.join(selection, sql`, `)}`,
    followedBy: ({ name }) =>
      effectsOf(
        qualified(
          Object.keys(returned).map((key) => [key, key]),
          name,
        ),
      ),
  };
}

type RowOf<Returned> = {
  [Key in keyof Returned]: Returned[Key] extends SQL<infer Value>
    ? Value
    : Returned[Key] extends PgColumn
      ? Returned[Key]["_"]["data"]
      : never;
};

/** The columns of the relation `name` with these fields, by the names of the fields. */
export function columnsOf<Row>(fields: Readonly<Record<string, unknown>>, name: string) {
  const names = Object.entries(fields).map(([key, field]) => [key, nameOf(key, field)] as const);
  return qualified<Row>(names, name);
}

function nameOf(key: string, field: unknown): string {
  if (is(field, Column)) return field.name;
  if (is(field, SQL.Aliased)) return field.fieldAlias;
  throw new Error(`the column ${key} of a change has no name in SQL: give it one with .as()`);
}

function qualified<Row>(
  names: readonly (readonly [key: string, name: string])[],
  relation: string,
): Columns<Row> {
  const qualifier = sql.identifier(relation);
  const columns = names.map(([key, name]) => [key, sql`${qualifier}.${sql.identifier(name)}`]);
  return asColumns<Row>(Object.fromEntries(columns));
}

function asColumns<Row>(columns: unknown): Columns<Row> {
  return columns as Columns<Row>;
}

function changeOf(table: PgTable, rows?: string): Write {
  return { table, kind: "change", ...(rows === undefined ? {} : { rows }) };
}

/** The effect on other rows. Their relation keeps its name, which qualifies the columns that the effect uses. */
function withSource(effect: Effect, select: (source: RowSource) => SQL): Effect {
  return {
    ...effect,
    query: (source) =>
      effect.query({
        name: source.name,
        from: sql`(${select(source)}) as ${sql.identifier(source.name)}`,
      }),
  };
}

function insertion<T extends PgTable>(table: T, row: EffectRow<T>, { from }: RowSource): SQL {
  const cells = valuesOf(table, row);
  const targets = cells.map(({ column }) => sql.identifier(column.name));
  const values = cells.map(({ column, value }) => sql`${value}::${sql.raw(column.getSQLType())}`);
  return sql`insert into ${table} (${sql.join(targets, sql`, `)}) select ${sql.join(values, sql`, `)} from ${from}`;
}

function valuesOf<T extends PgTable>(table: T, row: Partial<EffectRow<T>>) {
  const columns: Record<string, PgColumn> = getTableColumns(table);
  return Object.entries(row)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => {
      const column = columns[key];
      if (column === undefined) throw new Error(`the table has no column ${key}`);
      return { column, value: value instanceof SQL ? sql`(${value})` : sql.param(value, column) };
    });
}
