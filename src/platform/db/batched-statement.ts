import { type SQL, sql } from "drizzle-orm";

import { monotonicMilliseconds } from "../../kernel/clock.ts";
import { findAppError } from "../../kernel/errors.ts";
import { encodeGiven, hotStatement } from "./hot-statement.ts";
import type { Db } from "./port.ts";
import type { WaitBudget } from "./statement-gate.ts";

/** What is given for each of those who share a statement; read in SQL, where it stands as a row for each. */
export interface GivenRows<Input> {
  /** Stands in a `FROM`. */
  readonly rows: SQL;
  /** Its columns: `given`, for `value`, and `place`, by which a row of the result says whose it is. */
  readonly columns: { readonly given: SQL.Aliased; readonly place: SQL.Aliased<number> };
  /** Another column of them: what `read` finds in an input, as this type of Postgres. Known beside `rows`. */
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
type Described<Row> = Parameters<typeof hotStatement<never, readonly (Row & Placed)[]>>[0];

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
 * `describe` builds it over `given`, to give one row, or none, for each; `orderOf` is what is locked in the same order by all.
 */
export function batchedStatement<Input, Row>(
  orderOf: (input: Input) => string,
  describe: (db: Db, given: GivenRows<Input>) => ReturnType<Described<Row>>,
): (sender: Sender, input: Input) => Promise<(Row & Placed) | null> {
  type Place = Waiting<Input, Row>;
  const queues = new WeakMap<Sender["dbForRequest"], Place[]>();
  const statement = hotStatement<readonly Input[], readonly (Row & Placed)[]>((db, open) => {
    const readers: ((input: Input) => unknown)[] = [];
    const json = open((inputs) =>
      JSON.stringify(inputs.map((input) => readers.map((read) => encodeGiven(read(input))))),
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
    return describe(db, {
      rows: sql`${selection} as "batch"`,
      columns: { given: sql`"given"`.as("given"), place: sql<number>`"place"`.as("place") },
      column<V>(type: string, read: (input: Input) => V) {
        const name = sql.identifier(`column_${selected.length}`);
        selected.push(sql`${value(read)}::${sql.raw(type)} as ${name}`);
        return sql<V>`${name}`;
      },
      value,
    });
  });

  function send(batch: readonly Place[], db: Db): Promise<readonly (Row & Placed)[]> {
    return statement(
      db,
      batch.map(({ input }) => input),
    );
  }

  async function sendAlone(place: Place): Promise<void> {
    try {
      settle([place], await send([place], place.sender.db));
    } catch (error) {
      place.reject(error);
    }
  }

  async function sendTogether(batch: readonly Place[], openDb: () => Db): Promise<void> {
    const began = monotonicMilliseconds();
    // Before anybody goes on to the next statement.
    const charge = (): void => {
      const spent = monotonicMilliseconds() - began;
      for (const { sender } of batch) {
        if (sender.waitBudget) sender.waitBudget.leftMilliseconds -= spent;
      }
    };
    try {
      const rows = await send(batch, openDb());
      charge();
      settle(batch, rows);
    } catch (error) {
      charge();
      // What one of them has brought about, the others do not suffer.
      if (isUnavailable(error)) for (const { reject } of batch) reject(error);
      else await Promise.all(batch.map(sendAlone));
    }
  }

  function flush(key: Sender["dbForRequest"]): void {
    const queue = queues.get(key) ?? [];
    queues.delete(key);
    queue.sort((a, b) => compareTexts(orderOf(a.input), orderOf(b.input)));
    for (let start = 0; start < queue.length; start += maximumBatch) {
      const batch = queue.slice(start, start + maximumBatch);
      const [first] = batch;
      void (first && batch.length === 1 ? sendAlone(first) : sendTogether(batch, key));
    }
  }

  return (sender, input) =>
    new Promise((resolve, reject) => {
      const key = sender.dbForRequest;
      const queue = queues.get(key);
      const place = { sender, input, resolve, reject };
      if (queue) {
        queue.push(place);
        return;
      }
      queues.set(key, [place]);
      setImmediate(flush, key);
    });
}

/** Gives each its row, or null where none was found. */
function settle<Row extends Placed>(
  batch: readonly { readonly resolve: (row: Row | null) => void }[],
  rows: readonly Row[],
): void {
  for (const row of rows) batch[row.place - 1]?.resolve(row);
  // Of one that is settled this changes nothing.
  for (const { resolve } of batch) resolve(null);
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function isUnavailable(error: unknown): boolean {
  return findAppError(error)?.code === "UNAVAILABLE";
}
