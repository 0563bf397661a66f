import { getTableColumns, type InferInsertModel, SQL, sql, type WithSubquery } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";

import type { QueryValue } from "./prepared-query.ts";
import type { Db } from "./port.ts";

/** Something to be written along with a change, given the name under which the change's rows are known. */
export type Effect = (changed: SQL) => SQL;

/** An effect that returns rows, for each of which `followedBy` happens in turn. */
export interface FollowedEffect {
  readonly effect: Effect;
  readonly followedBy: readonly Effect[];
}

/** A row to insert, each value given, left open, or computed in SQL from the change's row. */
export type EffectRow<T extends PgTable> = {
  [K in keyof InferInsertModel<T>]: QueryValue<InferInsertModel<T>[K]>;
};

/**
 * One statement, and so one transaction: `change` (an `UPDATE … WHERE … RETURNING` or an `INSERT … RETURNING`, as a `$with`)
 * and its effects, which happen once for each row that it returned, and not at all when there was none. Complete it with
 * `.select().from(change)`, which gives those rows: callers decide on them. `before` are queries that the change draws on.
 */
export function withEffects(
  db: Db,
  change: WithSubquery,
  effects: readonly (Effect | FollowedEffect)[],
  before: readonly WithSubquery[] = [],
) {
  const changed = sql`${sql.identifier(change._.alias)}`;
  const effectQueries = effects.flatMap((effect, index) =>
    effectQueriesOf(db, `effect_${index}`, effect, changed),
  );
  return db.with(...before, change, ...effectQueries);
}

function effectQueriesOf(
  db: Db,
  name: string,
  effect: Effect | FollowedEffect,
  changed: SQL,
): WithSubquery[] {
  if (typeof effect === "function") return [db.$with(name, {}).as(effect(changed))];
  const followers = effect.followedBy.flatMap((follower, index) =>
    effectQueriesOf(db, `${name}_${index}`, follower, sql`${sql.identifier(name)}`),
  );
  return [db.$with(name, {}).as(effect.effect(changed)), ...followers];
}

/** The effect of inserting `row` into `table` for each changed row, or for each of those that `when` holds for. */
export function insertRow<T extends PgTable>(table: T, row: EffectRow<T>, when?: SQL): Effect {
  return (changed) => {
    const columns = getTableColumns(table);
    const given = Object.entries(row).filter(([, value]) => value !== undefined);
    const targets = given.map(([key]) => sql.identifier(columnOf(columns, key).name));
    const values = given.map(([key, value]) => {
      const column = columnOf(columns, key);
      const type = sql.raw(column.getSQLType());
      const written = value instanceof SQL ? sql`(${value})` : sql.param(value, column);
      return sql`${written}::${type}`;
    });
    const condition = when ? sql` where ${when}` : sql``;
    return sql`insert into ${table} (${sql.join(targets, sql`, `)}) select ${sql.join(values, sql`, `)} from ${changed}${condition}`;
  };
}

function columnOf<C>(columns: Record<string, C>, key: string): C {
  const column = columns[key];
  if (column === undefined) throw new Error(`no column ${key}`);
  return column;
}

/** The same effect, but once for the whole change, however many rows it returned. */
export function once(effect: Effect): Effect {
  return (changed) => effect(sql`(select * from ${changed} limit 1) as "first"`);
}

/** The same effect, but once when the change returned no row, and not at all when it did. */
export function otherwise(effect: Effect): Effect {
  return (changed) => effect(sql`(select where not exists (select from ${changed})) as "nothing"`);
}

/** A column of the change's row, for use in an effect's values or condition. */
export function changedColumn(name: string): SQL {
  return sql`${sql.identifier(name)}`;
}
