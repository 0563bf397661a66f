import { getTableName, type SQL, sql, type WithSubquery } from "drizzle-orm";

import type { Change, ChangeFeed } from "./change-feed.ts";
import { asRowQuery, findWrite, type ReturningQuery, type RowQuery } from "./drizzle-internals.ts";
import { type Columns, columnsOf, type Effect, type RowSource, type Write } from "./effects.ts";
import { type ParameterSource, preparedQuery } from "./prepared-query.ts";
import type { Db } from "./port.ts";

/** What `commit` needs: the database, and the caches and workers that are notified afterwards. */
export interface CommitContext {
  readonly db: Db;
  readonly changes: Pick<ChangeFeed, "announce">;
  readonly outboxWritten: (topics: readonly string[]) => void;
}

/** A state change. Its effects read the rows that it returns, and its callers decide on them. */
export interface StateChange<Selection extends Record<string, unknown>, Row> {
  /** An `UPDATE … WHERE <guard>`, `INSERT` or `DELETE` with `RETURNING`, or a `SELECT` whose effects are the change. */
  readonly query: ReturningQuery<Selection, Row>;
  /** Queries from which it reads. */
  readonly with?: readonly WithSubquery[];
  /** What it writes, where a query of `with` does the writing. It is derived from any other statement of Drizzle's. */
  readonly writes?: Write;
  /** Whether a returned row was changed: some changes return a row also for a rejected attempt. Default: every row was. */
  readonly isMade?: (row: Row) => boolean;
  /** What is announced to the caches for a changed row. */
  readonly announce?: (row: Row) => Change;
}

/** Builds the effects of a change from the typed columns of its row and, for `FROM`, all of its rows. */
export type EffectsOf<Row> = (row: Columns<Row>, rows: SQL) => readonly Effect[];

/** A change and its effects as one statement, which is not sent yet. */
export interface Composition<Row> {
  /** The query that returns the rows of the change. */
  readonly query: () => RowQuery<Row>;
  /** Announces the rows to the caches and wakes the outbox workers. Call it once the statement is committed. */
  readonly announce: (ctx: CommitContext, rows: readonly Row[]) => void;
  /** What its effects announce, whatever the rows are. */
  readonly announcesOfEffects: readonly Change[];
}

/** The name of the change in its statement. */
const changed = "changed";

/**
 * Commits a change and its effects as one SQL statement: all of it is written, or nothing. Then announces the change to the
 * caches and wakes the outbox workers. Returns the rows that the change returned; callers decide on them.
 */
export async function commit<Selection extends Record<string, unknown>, Row>(
  ctx: CommitContext,
  change: StateChange<Selection, Row>,
  effectsOf: EffectsOf<Row>,
): Promise<Row[]> {
  const { query, announce } = composeCommit(ctx.db, change, effectsOf);
  const rows = await query();
  announce(ctx, rows);
  return rows;
}

/** `commit` for a statement that is built once in a process: `describe` composes it over parameters. */
export function preparedCommit<Input, Row>(
  describe: (db: Db, parameter: ParameterSource<Input>) => Composition<Row>,
): (ctx: CommitContext, input: Input) => Promise<Row[]> {
  let announce: Composition<Row>["announce"] | undefined;
  const send = preparedQuery<Input, Row[]>((db, parameter) => {
    const composition = describe(db, parameter);
    if (composition.announcesOfEffects.length > 0) {
      // It is composed once: the first input's announcement would be made for every input.
      throw new Error("an effect of a prepared commit announces a change: announce it by the row");
    }
    ({ announce } = composition);
    return composition.query();
  });
  return async (ctx, input) => {
    const rows = await send(ctx.db, input);
    announce?.(ctx, rows);
    return rows;
  };
}

/**
 * Composes a change and its effects. To select anything but the rows of the change, complete `statement` with
 * `.select(…).from(rows)`. Throws if two of its parts could change the same row (decision 2).
 */
export function composeCommit<Selection extends Record<string, unknown>, Row>(
  db: Db,
  change: StateChange<Selection, Row>,
  effectsOf: EffectsOf<Row>,
) {
  const rows = db.$with(changed).as(change.query);
  const source: RowSource = { name: changed, from: sql`${sql.identifier(changed)}` };
  const effects = partsOf(
    effectsOf(columnsOf<Row>(rows._.selectedFields, changed), source.from),
    source,
    "effect",
  );
  const own = change.writes ?? findWrite(change.query);
  assertNoRowTwice([...(own ? [own] : []), ...effects.map(({ effect }) => effect.write)]);
  const statement = db.with(
    ...(change.with ?? []),
    rows,
    ...effects.map(({ name, query }) => db.$with(name, {}).as(query)),
  );
  return {
    rows,
    statement,
    query: () => asRowQuery<Row>(statement.select().from<WithSubquery>(rows)),
    announce: (ctx: CommitContext, returned: readonly Row[]): void => {
      if (returned.length === 0) return;
      const made = returned.filter((row) => change.isMade?.(row) ?? true);
      // Of a refused attempt nothing is announced; its effects have written all the same.
      if (made.length > 0) {
        announceAll(ctx, [
          ...(change.announce ? made.map(change.announce) : []),
          ...effects.flatMap(({ effect }) => effect.announces ?? []),
        ]);
      }
      wake(ctx, effects);
    },
    announcesOfEffects: effects.flatMap(({ effect }) => effect.announces ?? []),
  };
}

/** An effect with its name in the statement and its SQL. */
interface Part {
  readonly name: string;
  readonly effect: Effect;
  readonly query: SQL;
}

function partsOf(effects: readonly Effect[], source: RowSource, prefix: string): Part[] {
  return effects.flatMap((effect, index) => {
    const name = `${prefix}_${index}`;
    const own: RowSource = { name, from: sql`${sql.identifier(name)}` };
    const followers = effect.followedBy?.(own) ?? [];
    return [{ name, effect, query: effect.query(source) }, ...partsOf(followers, own, name)];
  });
}

/**
 * If two parts of a statement change the same row, Postgres applies one of them, and it is undefined which. So only one part may
 * change a table, unless each names the rows that it changes, and the names differ. Inserted rows are new and cannot collide.
 */
function assertNoRowTwice(writes: readonly Write[]): void {
  const changes = writes.filter(({ kind }) => kind === "change");
  for (const [index, { table, rows }] of changes.entries()) {
    const isTwice = changes
      .slice(0, index)
      .some((other) => other.table === table && (!rows || !other.rows || other.rows === rows));
    if (isTwice) {
      throw new Error(`one statement would change rows of ${getTableName(table)} twice`);
    }
  }
}

/** Wakes the workers of the topics to which effects have written. */
function wake(ctx: CommitContext, parts: readonly Part[]): void {
  const topics = new Set(parts.flatMap(({ effect }) => effect.wakes ?? []));
  if (topics.size > 0) ctx.outboxWritten([...topics]);
}

/** Announces each change once: for one of them a listener may read all keys again. */
function announceAll(ctx: CommitContext, changes: readonly Change[]): void {
  const distinct = new Map(changes.map((change) => [`${change.subject}:${change.id}`, change]));
  for (const change of distinct.values()) ctx.changes.announce(change);
}
