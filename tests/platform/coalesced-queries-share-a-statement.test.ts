import { eq, sql } from "drizzle-orm";
import { integer, pgTable, text } from "drizzle-orm/pg-core";
import { beforeAll, beforeEach, describe, expect, test } from "bun:test";
import postgres from "postgres";

import { findAppError } from "../../src/kernel/errors.ts";
import {
  coalescedQuery,
  type InputRows,
  type Sender,
} from "../../src/platform/db/coalesced-query.ts";
import type { Database } from "../../src/platform/db/port.ts";
import { requestBudget, type WaitBudget } from "../../src/platform/db/statement-gate.ts";
import { composeCommit } from "../../src/platform/db/commit.ts";
import { insertRow } from "../../src/platform/db/effects.ts";
import { databaseKinds } from "../support/databases.ts";
import { failureOf } from "../support/failure-of.ts";
import { openTestDatabase, useTestDatabase } from "../support/test-database.ts";

const counters = pgTable("counters", {
  id: text("id").primaryKey(),
  count: integer("count").notNull(),
});

const remarks = pgTable("remarks", { counter: text("counter"), remark: text("remark") });

interface Step {
  readonly name: string;
  /** A number, or what the database takes for none. */
  readonly by: string;
  readonly remark: string | null;
}

/** Counts, and remarks on it. */
const count = coalescedQuery((db, given: InputRows<Step>) => {
  const name = given.column("text", (step) => step.name);
  const query = db
    .update(counters)
    .set({ count: sql`${counters.count} + ${given.value(({ by }) => by)}::int` })
    .from(given.rowsOf(counters, name))
    .where(
      eq(
        counters.id,
        given.column("text", ({ name }) => name),
      ),
    )
    .returning({ ...given.columns, count: counters.count });
  const remark = insertRow(remarks, {
    counter: given.value((step) => step.name),
    remark: given.value((step) => step.remark),
  });
  const { statement, rows } = composeCommit(db, { query }, () => [remark]);
  return statement.select({ place: rows.place, count: rows.count }).from(rows);
});

/** A process's requests: each has its own view, and all know where to get one. */
function requestsOf(database: Database): () => Required<Sender> {
  const dbForRequest = (budget?: WaitBudget) => database.forRequest(budget);
  return () => {
    const waitBudget = requestBudget(1);
    const { statementConcurrency } = database;
    return { db: dbForRequest(waitBudget), dbForRequest, waitBudget, statementConcurrency };
  };
}

function stepOf(number: number): Step {
  return { name: `counter ${number}`, by: String(number), remark: `"${number}", {'\\'}` };
}

async function createTables({ db }: Database): Promise<void> {
  await db.execute(sql`create table counters (id text primary key, count integer not null)`);
  await db.execute(sql`create table remarks (counter text, remark text)`);
}

describe.each([...databaseKinds])("on %s", (kind) => {
  const store = useTestDatabase(kind, 1);
  let request: ReturnType<typeof requestsOf>;

  beforeAll(async () => {
    request = requestsOf(store.database);
    await createTables(store.database);
  });

  beforeEach(async () => {
    await store.database.db.delete(counters);
    await store.database.db.delete(remarks);
    const rows = Array.from({ length: 100 }, (_, number) => ({
      id: `counter ${number}`,
      count: 0,
    }));
    await store.database.db.insert(counters).values(rows);
    store.statements = 0;
  });

  test("queries of one event-loop turn share a statement, and each gets its own rows", async () => {
    const steps = [7, 3, 11, 5].map(stepOf);
    const rows = await Promise.all(steps.map((step) => count(request(), step)));
    expect(store.statements).toBe(1);
    expect(rows.map((row) => row?.count)).toEqual([7, 3, 11, 5]);
    const remarked = await store.database.db.select().from(remarks).orderBy(remarks.counter);
    expect(remarked).toEqual(
      [11, 3, 5, 7].map((number) => ({
        counter: `counter ${number}`,
        remark: stepOf(number).remark,
      })),
    );
  });

  test("a query of a later turn has its own statement", async () => {
    const first = count(request(), stepOf(1));
    await new Promise(setImmediate);
    const second = count(request(), { ...stepOf(2), remark: null });
    expect([(await first)?.count, (await second)?.count]).toEqual([1, 2]);
    expect(store.statements).toBe(2);
    const [row] = await store.database.db
      .select()
      .from(remarks)
      .where(sql`remark is null`);
    expect(row?.counter).toBe("counter 2");
  });

  // Else each request would pay for a statement of its own as soon as the database does not block the event loop.
  test("queries of later turns gather while the database executes as many statements as it can", async () => {
    const oneAtATime = () => ({ ...request(), statementConcurrency: 1 });
    const counted = [count(oneAtATime(), stepOf(1))];
    await new Promise(setImmediate);
    for (const number of [2, 3, 4]) {
      counted.push(count(oneAtATime(), stepOf(number)));
      if (number < 4) await Promise.resolve();
    }
    expect((await Promise.all(counted)).map((row) => row?.count)).toEqual([1, 2, 3, 4]);
    expect(store.statements).toBe(2);
  });

  test("a query without a row gets none, and two queries for one row get it one after the other", async () => {
    const rows = await Promise.all([
      count(request(), { ...stepOf(1), name: "no counter" }),
      count(request(), stepOf(9)),
      count(request(), stepOf(9)),
    ]);
    expect(rows[0]).toBeNull();
    expect(new Set(rows.slice(1).map((row) => row?.count))).toEqual(new Set([9, 18]));
  });

  test("a hundred concurrent queries are sent in two statements", async () => {
    const rows = await Promise.all(
      Array.from({ length: 100 }, (_, number) => count(request(), stepOf(number))),
    );
    expect(rows.map((row) => row?.count)).toEqual(Array.from({ length: 100 }, (_, at) => at));
    expect(store.statements).toBe(2);
  });

  // The bad day: one of them is what the database refuses.
  test("a query that fails does not fail the others", async () => {
    const [good, bad, alsoGood] = [
      count(request(), stepOf(1)),
      failureOf(count(request(), { ...stepOf(2), by: "many" })),
      count(request(), stepOf(3)),
    ];
    expect([(await good)?.count, (await alsoGood)?.count]).toEqual([1, 3]);
    expect(String(Reflect.get(Object(await bad), "cause"))).toContain("many");
    expect(await store.database.db.select().from(remarks)).toHaveLength(2);
  });

  test("requests of another process are not included", async () => {
    const other = requestsOf(store.database);
    await Promise.all([count(request(), stepOf(1)), count(other(), stepOf(2))]);
    expect(store.statements).toBe(2);
  });

  test("a query of a request that has spent some of its time is sent alone", async () => {
    const late = request();
    late.waitBudget.leftMilliseconds -= 1;
    await Promise.all([
      count(request(), stepOf(1)),
      count(late, stepOf(2)),
      count(request(), stepOf(3)),
    ]);
    expect(store.statements).toBe(2);
  });

  test("the time of the statement is taken from each request's budget", async () => {
    const senders = [request(), request()];
    const before = senders.map(({ waitBudget }) => waitBudget.leftMilliseconds);
    await Promise.all(senders.map((sender, number) => count(sender, stepOf(number + 1))));
    for (const [index, { waitBudget }] of senders.entries()) {
      expect(waitBudget.leftMilliseconds).toBeLessThan(before[index] ?? Number.NaN);
    }
  });
});

// The bad day: another transaction holds a row of one of them, for longer than a request may take.
test("a query that waits for a lock does not delay the others", async () => {
  await using store = await openTestDatabase("postgres", 1);
  const { database } = store;
  const released = Promise.withResolvers<void>();
  const locker = postgres(store.url ?? "", { max: 1 });
  try {
    await createTables(database);
    await database.db.execute(sql`insert into counters values ('counter 1', 0), ('counter 2', 0)`);
    const request = requestsOf(database);
    const held = Promise.withResolvers<void>();
    void locker.begin(async (tx) => {
      await tx`update counters set count = 5 where id = 'counter 1'`;
      held.resolve();
      await released.promise;
    });
    await held.promise;
    const waiting = failureOf(count(request(), stepOf(1)));
    expect((await count(request(), stepOf(2)))?.count).toBe(2);
    expect(findAppError(await waiting)?.code).toBe("UNAVAILABLE");
  } finally {
    released.resolve();
    await locker.end();
  }
});
