import { type SQL, sql } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";

import { monotonicMilliseconds } from "../../kernel/clock.ts";
import { findAppError } from "../../kernel/errors.ts";
import { isTransient } from "./errors.ts";
import { encodeParameter, preparedQuery, type ParameterSource } from "./prepared-query.ts";
import type { Db } from "./port.ts";
import type { WaitBudget } from "./statement-gate.ts";

/** The inputs of the calls that share a statement: in SQL, a relation with one row for each call. */
export interface InputRows<Input> {
  /**
   * The relation, for the `FROM` of a statement that changes the row of `table` with this `id`. A statement of several calls
   * skips a call whose row another transaction has locked; that call is then sent alone, and waits for the lock.
   */
  rowsOf(table: PgTable, id: SQL): SQL;
  /** Columns that the statement returns: `input`, from which `value` reads, and `place`, the number of the row's call. */
  readonly columns: { readonly input: SQL.Aliased; readonly place: SQL.Aliased<number> };
  /** Another column: the value that `read` finds in an input, as this type of Postgres. */
  column<V>(type: "boolean" | "text" | "timestamptz" | "uuid", read: (input: Input) => V): SQL<V>;
  /** The value that `read` finds in an input, as text, to be cast. Usable wherever the column `input` is selected. */
  value(read: (input: Input) => unknown): SQL;
}

/** The context of a call's request. */
export interface Sender {
  readonly db: Db;
  /** Gives a `Db` with the full time budget of a request. Calls share a statement only if this is the same function. */
  readonly dbForRequest: (budget?: WaitBudget) => Db;
  readonly waitBudget?: WaitBudget;
  /** How many statements the database executes at a time. Calls that exceed it gather for the next statement. */
  readonly statementConcurrency: number;
}

/** A statement of Drizzle's whose rows have the number of their call. */
type Described<Row> = Parameters<typeof preparedQuery<never, readonly (Row & Placed)[]>>[0];

interface Placed {
  /** The number of the call within its statement, from 1. */
  readonly place: number;
}

interface Call<Input, Row> {
  readonly sender: Sender;
  readonly calledAt: number;
  readonly input: Input;
  readonly resolve: (row: (Row & Placed) | null) => void;
  readonly reject: (error: unknown) => void;
}

/** The calls of one process that are not sent yet. */
interface Line<Input, Row> {
  readonly calls: Call<Input, Row>[];
  statementsInProgress: number;
  isScheduled: boolean;
}

/** Postgres runs a statement of this many calls in one or two milliseconds. */
const maximumBatchSize = 64;

/**
 * A prepared query that the calls of one turn of the event loop share: one statement for all of them. `describe` builds it over
 * the inputs, so that it returns at most one row for each call; a call resolves to its row or null. A call is not delayed beyond
 * the turn, and a single one is sent alone. An error that one call causes does not fail the others.
 */
export function coalescedQuery<Input, Row>(
  describe: (db: Db, inputs: InputRows<Input>) => ReturnType<Described<Row>>,
): (sender: Sender, input: Input) => Promise<(Row & Placed) | null> {
  const lines = new WeakMap<Sender["dbForRequest"], Line<Input, Row>>();
  const statementFor = (waitsForLock: boolean) =>
    preparedQuery<readonly Input[], readonly (Row & Placed)[]>((db, parameter) =>
      describe(db, inputRows(parameter, waitsForLock)),
    );
  const sendMany = statementFor(false);
  const sendOne = statementFor(true);

  async function sendAlone(call: Call<Input, Row>): Promise<void> {
    try {
      spendWaitingTime(call);
      const [row] = await sendOne(call.sender.db, [call.input]);
      call.resolve(row ?? null);
    } catch (error) {
      call.reject(error);
    }
  }

  /** Calls without a row are sent alone: their row was locked, or the statement failed, perhaps because of one call. */
  async function sendTogether(batch: readonly Call<Input, Row>[], db: Db): Promise<void> {
    const inputs = batch.map(({ input }) => input);
    const { rows, error } = await attempt(() => sendMany(db, inputs));
    for (const call of batch) spendWaitingTime(call);
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

  function send(batch: readonly Call<Input, Row>[], first: Call<Input, Row>): Promise<void> {
    if (batch.length === 1) return sendAlone(first);
    // The first call has waited for the longest time.
    spendWaitingTime(first);
    const { waitBudget, dbForRequest } = first.sender;
    return sendTogether(batch, waitBudget ? dbForRequest({ ...waitBudget }) : dbForRequest());
  }

  function flush(line: Line<Input, Row>): void {
    line.isScheduled = false;
    for (let [first] = line.calls; first && !isBusy(line, first.sender); [first] = line.calls) {
      const batch = line.calls.splice(0, maximumBatchSize);
      line.statementsInProgress += 1;
      void send(batch, first).finally(() => {
        line.statementsInProgress -= 1;
        schedule(line);
      });
    }
  }

  /** At the end of the turn, so that all calls of the turn are included. */
  function schedule(line: Line<Input, Row>): void {
    if (line.isScheduled) return;
    line.isScheduled = true;
    setImmediate(flush, line);
  }

  function lineOf({ dbForRequest }: Sender): Line<Input, Row> {
    const known = lines.get(dbForRequest);
    if (known) return known;
    const line = { calls: [], statementsInProgress: 0, isScheduled: false };
    lines.set(dbForRequest, line);
    return line;
  }

  return (sender, input) =>
    new Promise((resolve, reject) => {
      const call = { sender, input, calledAt: monotonicMilliseconds(), resolve, reject };
      if (!hasFullBudget(sender)) {
        void sendAlone(call);
        return;
      }
      const line = lineOf(sender);
      line.calls.push(call);
      if (!isBusy(line, sender)) schedule(line);
    });
}

function isBusy(
  { statementsInProgress }: { readonly statementsInProgress: number },
  { statementConcurrency }: Sender,
): boolean {
  return statementsInProgress >= statementConcurrency;
}

/** Takes the time since the call from its request's budget, which was full at the call or has been less since before it. */
function spendWaitingTime(call: { readonly sender: Sender; readonly calledAt: number }): void {
  const { waitBudget } = call.sender;
  if (!waitBudget) return;
  const rest = waitBudget.wholeMilliseconds - (monotonicMilliseconds() - call.calledAt);
  waitBudget.leftMilliseconds = Math.min(waitBudget.leftMilliseconds, rest);
}

/** A shared statement may take the full time of a request, which a request that used the database before no longer has. */
function hasFullBudget({ waitBudget }: Sender): boolean {
  return !waitBudget || waitBudget.leftMilliseconds >= waitBudget.wholeMilliseconds;
}

function inputRows<Input>(
  parameter: ParameterSource<readonly Input[]>,
  waitsForLock: boolean,
): InputRows<Input> {
  const readers: ((input: Input) => unknown)[] = [];
  const json = parameter((inputs) =>
    JSON.stringify(inputs.map((input) => readers.map((read) => valueOf(read, input)))),
  );
  const count = parameter((inputs) => inputs.length);
  const value = (read: (input: Input) => unknown): SQL =>
    sql`("input" ->> ${sql.raw(String(readers.push(read) - 1))})`;
  const selected: SQL[] = [sql`"place"::int as "place"`, sql`"input"`];
  // `getSQL` is called once all columns are added. For a limit that is a parameter the planner expects a tenth of the rows:
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

/** Whether the database did not respond. After repeated conflicts, in contrast, calls that are sent alone may succeed. */
function isUnavailable(error: unknown): boolean {
  return findAppError(error)?.code === "UNAVAILABLE" && !isTransient(error);
}
