import { type SQL, sql } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";

import { monotonicMilliseconds } from "../../kernel/clock.ts";
import { findAppError } from "../../kernel/errors.ts";
import { isTransient } from "./errors.ts";
import { encodeParameter, preparedQuery, type ParameterSource } from "./prepared-query.ts";
import type { Db } from "./port.ts";
import type { WaitBudget } from "./statement-gate.ts";

/** What is given for each of those who share a statement; read in SQL, where it stands as a row for each. */
export interface GivenRows<Input> {
  /**
   * Stands in a `FROM`, for a statement that changes the row of `table` with this `id`. Of many none waits for a row, or all
   * would wait with it: whose row somebody else holds is left out, then sent alone, and waits.
   */
  rowsOf(table: PgTable, id: SQL): SQL;
  /** Its columns: `given`, for `value`, and `place`, by which a row of the result says whose it is. */
  readonly columns: { readonly given: SQL.Aliased; readonly place: SQL.Aliased<number> };
  /** Another column of it: what `read` finds in an input, as this type of Postgres. */
  column<V>(type: "text" | "timestamptz" | "uuid", read: (input: Input) => V): SQL<V>;
  /** What `read` finds in an input, as text: to be cast to what it is. Known wherever the column `given` is. */
  value(read: (input: Input) => unknown): SQL;
}

/** From where a statement is sent: a request's context. */
export interface Sender {
  readonly db: Db;
  /** A view with the whole time of a request; the same function for all requests of a process. */
  readonly dbForRequest: () => Db;
  readonly waitBudget?: WaitBudget;
}

/** A statement of Drizzle's that gives rows; each says whose it is. */
type Described<Row> = Parameters<typeof preparedQuery<never, readonly (Row & Placed)[]>>[0];

interface Placed {
  /** Counted from 1. */
  readonly place: number;
}

interface Waiting<Input, Row> {
  readonly sender: Sender;
  readonly input: Input;
  readonly resolve: (row: (Row & Placed) | null) => void;
  readonly reject: (error: unknown) => void;
}

/** No statement grows beyond what takes Postgres a millisecond or two. */
const maximumBatch = 64;

/**
 * A hot statement for many at once: those who ask in the same turn of the event loop are answered by one statement, which takes
 * Postgres and the driver a fraction of what one for each would. Whoever asks alone is sent alone, and nobody waits for others.
 * `describe` builds it over `given`, to give one row, or none, for each.
 */
export function batchedStatement<Input, Row>(
  describe: (db: Db, given: GivenRows<Input>) => ReturnType<Described<Row>>,
): (sender: Sender, input: Input) => Promise<(Row & Placed) | null> {
  type Place = Waiting<Input, Row>;
  const queues = new WeakMap<Sender["dbForRequest"], Place[]>();
  const statementFor = (isWaiting: boolean) =>
    preparedQuery<readonly Input[], readonly (Row & Placed)[]>((db, open) =>
      describe(db, givenRows(open, isWaiting)),
    );
  const together = statementFor(false);
  const alone = statementFor(true);

  async function sendAlone(place: Place): Promise<void> {
    try {
      const [row] = await alone(place.sender.db, [place.input]);
      place.resolve(row ?? null);
    } catch (error) {
      place.reject(error);
    }
  }

  /** What one of them has brought about, a conflict or a fault, the others do not suffer. */
  async function sendTogether(batch: readonly Place[], openDb: () => Db): Promise<void> {
    const began = monotonicMilliseconds();
    const inputs = batch.map(({ input }) => input);
    const { rows, error } = await attempt(() => together(openDb(), inputs));
    const spent = monotonicMilliseconds() - began;
    for (const { sender } of batch) {
      if (sender.waitBudget) sender.waitBudget.leftMilliseconds -= spent;
    }
    if (error !== undefined && isUnavailable(error)) {
      for (const { reject } of batch) reject(error);
      return;
    }
    const unanswered = new Set(batch);
    for (const row of rows) {
      const place = batch[row.place - 1];
      if (place && unanswered.delete(place)) place.resolve(row);
    }
    await Promise.all([...unanswered].map(sendAlone));
  }

  function flush(key: Sender["dbForRequest"]): void {
    const queue = queues.get(key) ?? [];
    queues.delete(key);
    for (let start = 0; start < queue.length; start += maximumBatch) {
      const batch = queue.slice(start, start + maximumBatch);
      const [first] = batch;
      void (first && batch.length === 1 ? sendAlone(first) : sendTogether(batch, key));
    }
  }

  return (sender, input) =>
    new Promise((resolve, reject) => {
      const key = sender.dbForRequest;
      const place = { sender, input, resolve, reject };
      const queue = queues.get(key);
      if (!hasAllItsTime(sender)) void sendAlone(place);
      else if (queue) queue.push(place);
      else {
        queues.set(key, [place]);
        setImmediate(flush, key);
      }
    });
}

/** Together they have the time of a whole request: more than is left to whoever has waited for something else already. */
function hasAllItsTime({ waitBudget }: Sender): boolean {
  return !waitBudget || waitBudget.leftMilliseconds >= waitBudget.wholeMilliseconds;
}

function givenRows<Input>(
  open: ParameterSource<readonly Input[]>,
  isWaiting: boolean,
): GivenRows<Input> {
  const readers: ((input: Input) => unknown)[] = [];
  const json = open((inputs) =>
    JSON.stringify(inputs.map((input) => readers.map((read) => valueOf(read, input)))),
  );
  const count = open((inputs) => inputs.length);
  const value = (read: (input: Input) => unknown): SQL =>
    sql`("given" ->> ${sql.raw(String(readers.push(read) - 1))})`;
  const selected: SQL[] = [sql`"place"::int as "place"`, sql`"given"`];
  // Asked for when all columns are known. A number that the planner does not know, it takes for a tenth of what is there;
  // twice, and it expects one row and looks it up by its key, instead of reading through a table that was small once.
  const selection = {
    getSQL: () => sql`select ${sql.join(selected, sql`, `)} from (
      select * from jsonb_array_elements(${json}::text::jsonb) with ordinality as "each" ("given", "place") limit ${count}::int
    ) as "few" limit ${count}::int`,
  };
  return {
    rowsOf: (table, id) =>
      isWaiting
        ? sql`${selection} as "batch"`
        : sql`(select "batch".* from ${selection} as "batch", ${table} as "free" where "free"."id" = ${id} for no key update of "free" skip locked) as "batch"`,
    columns: { given: sql`"given"`.as("given"), place: sql<number>`"place"`.as("place") },
    column<V>(type: string, read: (input: Input) => V) {
      const name = sql.identifier(`column_${selected.length}`);
      selected.push(sql`${value(read)}::${sql.raw(type)} as ${name}`);
      return sql<V>`${name}`;
    },
    value,
  };
}

function valueOf<Input>(read: (input: Input) => unknown, input: Input): unknown {
  const value = read(input);
  if (value === undefined) throw new Error("a value of a statement is missing");
  return encodeParameter(value);
}

async function attempt<Row>(
  send: () => Promise<readonly Row[]>,
): Promise<{ rows: readonly Row[]; error?: unknown }> {
  try {
    return { rows: await send() };
  } catch (error) {
    return { rows: [], error };
  }
}

/** Not a conflict that persists: sent one by one, its parts may get through. */
function isUnavailable(error: unknown): boolean {
  return findAppError(error)?.code === "UNAVAILABLE" && !isTransient(error);
}
