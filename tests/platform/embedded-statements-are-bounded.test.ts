import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";

import { prepareEmbeddedDatabase } from "../../.ci/prepare-embedded-database.ts";
import { findAppError } from "../../src/kernel/errors.ts";
import type { Database } from "../../src/platform/db/port.ts";
import { createTestDatabase, type TestDatabase } from "../support/databases.ts";
import { failureOf } from "../support/failure-of.ts";
import { quietLog } from "../support/quiet-log.ts";

await prepareEmbeddedDatabase();
const { createEmbeddedDatabase } = await import("../../src/platform/db/embedded.ts");

// Several starts of an engine, on a machine that may be busy.
setDefaultTimeout(60_000);

const endless = sql`select count(*) from generate_series(1, 1000000000000)`;

let directory: TestDatabase;
let database: Database;

async function reopen(): Promise<void> {
  await database.close();
  database = openDatabase();
  await database.open();
}

function openDatabase(): Database {
  const dataDir = directory.settings["DATA_DIR"] ?? "";
  return createEmbeddedDatabase({ dataDir, timeoutSeconds: 0.5, log: quietLog });
}

beforeAll(async () => {
  directory = await createTestDatabase("embedded");
  database = openDatabase();
  await database.open();
  await database.db.execute(sql`create table numbers (value int primary key)`);
});

afterAll(async () => {
  await database.close();
  await directory.remove();
});

async function numbers(): Promise<unknown> {
  const result: unknown = await database.db.execute(sql`select value from numbers order by value`);
  return Reflect.get(Object(result), "rows");
}

async function insert(value: number): Promise<void> {
  await database.db.execute(sql`insert into numbers values (${value})`);
}

// A statement in the main thread stops every request of every user.
// part of security 162
test("the event loop runs while the embedded database executes a statement, and the statement ends by itself", async () => {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 10);
  const failure = await failureOf(database.db.execute(endless));
  clearInterval(timer);
  expect(turns).toBeGreaterThan(10);
  expect(findAppError(failure)?.code).toBe("UNAVAILABLE");
});

// part of security 162
test("statements that are sent after one that never ends are executed once its time is over", async () => {
  const attacks = Array.from({ length: 5 }, () => failureOf(database.db.execute(endless)));
  await Promise.all(attacks);
  await insert(1);
  expect(await numbers()).toEqual([{ value: 1 }]);
});

// part of security 162
test("a cancelled statement changes nothing, and what was committed before and after it survives a restart", async () => {
  await insert(2);
  const change = sql`insert into numbers select 3 from generate_series(1, 1000000000000) limit 1 offset 999999999999`;
  await failureOf(database.db.execute(change));
  await failureOf(
    database.db.execute(sql`update numbers set value = value + 10 where (${endless}) > 0`),
  );
  await insert(4);
  await reopen();
  expect(await numbers()).toEqual([{ value: 1 }, { value: 2 }, { value: 4 }]);
});

test("closing the embedded database during a statement waits no longer than the statement may take", async () => {
  const running = failureOf(database.db.execute(endless));
  await reopen();
  await running;
  expect(await numbers()).toEqual([{ value: 1 }, { value: 2 }, { value: 4 }]);
});
