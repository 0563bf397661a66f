import { type SQL, sql } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";

import { monotonicMilliseconds } from "../../kernel/clock.ts";
import { findAppError } from "../../kernel/errors.ts";
import { isTransient } from "./errors.ts";
import { encodeParameter, preparedQuery, type ParameterSource } from "./prepared-query.ts";
import type { Db } from "./port.ts";
import type { WaitBudget } from "./statement-gate.ts";

/** The inputs of the calls that share a statement, read in SQL as one row for each call. */
export interface InputRows<Input> {
  /**
   * For the `FROM` of a statement that changes the row of `table` with this `id`. A statement of several calls waits for no row
   * lock: a call whose row another transaction has locked is left out, and is then sent alone, where it waits.
   */
  rowsOf(table: PgTable, id: SQL): SQL;
  /** Its columns, to be returned: `input`, from which `value` reads, and `place`, the call that a returned row belongs to. */
  readonly columns: { readonly input: SQL.Aliased; readonly place: SQL.Aliased<number> };
  /** Another column: what `read` finds in an input, as this type of Postgres. */
  column<V>(type: "text" | "timestamptz" | "uuid", read: (input: Input) => V): SQL<V>;
  /** What `read` finds in an input, as text that the caller casts. Usable wherever the column `input` is selected. */
  value(read: (input: Input) => unknown): SQL;
}

/** What a call is sent with: the context of its request. */
export interface Sender {
  readonly db: Db;
  /** A view with the whole time of a request. Calls share a statement only if this is the same function. */
  readonly dbForRequest: () => Db;
  readonly waitBudget?: WaitBudget;
}

/** A statement of Drizzle's whose rows have the place of their call. */
type Described<Row> = Parameters<typeof preparedQuery<never, readonly (Row & Placed)[]>>[0];

interface Placed {
  /** The number of the call within its statement, from 1. */
  readonly place: number;
}

interface Call<Input, Row> {
  readonly sender: Sender;
  readonly input: Input;
  readonly resolve: (row: (Row & Placed) | null) => void;
  readonly reject: (error: unknown) => void;
}

/** A statement for so many calls takes Postgres one or two milliseconds. */
const maximumBatchSize = 64;

/**
 * A prepared query that the calls of one turn of the event loop share: one statement for all of them. `describe` builds it over
 * the inputs, to return one row, or none, for each call; each call gets its own row or null. A single call is sent alone, and no
 * call waits for others to come. The fault of one call does not fail the others.
 */
export function coalescedQuery<Input, Row>(
  describe: (db: Db, inputs: InputRows<Input>) => ReturnType<Described<Row>>,
): (sender: Sender, input: Input) => Promise<(Row & Placed) | null> {
  const queues = new WeakMap<Sender["dbForRequest"], Call<Input, Row>[]>();
  const statementFor = (waitsForLock: boolean) =>
    preparedQuery<readonly Input[], readonly (Row & Placed)[]>((db, open) =>
      describe(db, inputRows(open, waitsForLock)),
    );
  const together = statementFor(false);
  const alone = statementFor(true);

  async function sendAlone(call: Call<Input, Row>): Promise<void> {
    try {
      const [row] = await alone(call.sender.db, [call.input]);
      call.resolve(row ?? null);
    } catch (error) {
      call.reject(error);
    }
  }

  /** After a conflict or a fault that one call caused, each call is sent alone. */
  async function sendTogether(batch: readonly Call<Input, Row>[], openDb: () => Db): Promise<void> {
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
    const withoutRow = new Set(batch);
    for (const row of rows) {
      const call = batch[row.place - 1];
      if (call && withoutRow.delete(call)) call.resolve(row);
    }
    await Promise.all([...withoutRow].map(sendAlone));
  }

  function flush(key: Sender["dbForRequest"]): void {
    const queue = queues.get(key) ?? [];
    queues.delete(key);
    for (let start = 0; start < queue.length; start += maximumBatchSize) {
      const batch = queue.slice(start, start + maximumBatchSize);
      const [first] = batch;
      void (first && batch.length === 1 ? sendAlone(first) : sendTogether(batch, key));
    }
  }

  return (sender, input) =>
    new Promise((resolve, reject) => {
      const key = sender.dbForRequest;
      const call = { sender, input, resolve, reject };
      const queue = queues.get(key);
      if (!hasWholeBudget(sender)) void sendAlone(call);
      else if (queue) queue.push(call);
      else {
        queues.set(key, [call]);
        setImmediate(flush, key);
      }
    });
}

/** A shared statement has the time of a whole request: more than a request has left that used the database before. */
function hasWholeBudget({ waitBudget }: Sender): boolean {
  return !waitBudget || waitBudget.leftMilliseconds >= waitBudget.wholeMilliseconds;
}

function inputRows<Input>(
  open: ParameterSource<readonly Input[]>,
  waitsForLock: boolean,
): InputRows<Input> {
  const readers: ((input: Input) => unknown)[] = [];
  const json = open((inputs) =>
    JSON.stringify(inputs.map((input) => readers.map((read) => valueOf(read, input)))),
  );
  const count = open((inputs) => inputs.length);
  const value = (read: (input: Input) => unknown): SQL =>
    sql`("input" ->> ${sql.raw(String(readers.push(read) - 1))})`;
  const selected: SQL[] = [sql`"place"::int as "place"`, sql`"input"`];
  // Rendered when all columns are known. The planner expects a tenth of the rows from a limit whose number it does not know:
  // with two limits it expects one row and uses the key's index, also in a plan made while the table was small.
  const selection = {
    getSQL: () => sql`select ${sql.join(selected, sql`, `)} from (
      select * from jsonb_array_elements(${json}::text::jsonb) with ordinality as "each" ("input", "place") limit ${count}::int
    ) as "few" limit ${count}::int`,
  };
  return {
    rowsOf: (table, id) =>
      waitsForLock
        ? sql`${selection} as "batch"`
        : sql`(select "batch".* from ${selection} as "batch", ${table} as "free" where "free"."id" = ${id} for no key update of "free" skip locked) as "batch"`,
    columns: { input: sql`"input"`.as("input"), place: sql<number>`"place"`.as("place") },
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
  if (value === undefined) throw new Error("a parameter is missing");
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

/** Whether the database did not respond. Not a persistent conflict: sent one by one, its calls may succeed. */
function isUnavailable(error: unknown): boolean {
  return findAppError(error)?.code === "UNAVAILABLE" && !isTransient(error);
}
