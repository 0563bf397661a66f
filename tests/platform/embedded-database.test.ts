import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { sql } from "drizzle-orm";
import { expect, setDefaultTimeout, test } from "bun:test";

import {
  DataDirectoryInUseError,
  lockDataDirectory,
} from "../../src/platform/db/data-directory-lock.ts";
import { createEmbeddedDatabase } from "../../src/platform/db/embedded.ts";
import { startEmbeddedPostgres } from "../../src/platform/db/embedded-postgres.ts";
import { ownMigrations } from "../../src/platform/db/migrate.ts";
import { failureOf } from "../support/failure-of.ts";
import { quietLog } from "../support/quiet-log.ts";

// Several starts of an engine, on a machine that may be busy.
setDefaultTimeout(30_000);

/** An embedded database that was never open, on an empty directory of its own. */
async function closedDatabase() {
  const dataDir = await mkdtemp(join(tmpdir(), "gatehouse-embedded-"));
  const database = createEmbeddedDatabase({ dataDir, timeoutSeconds: 5, log: quietLog });
  return {
    dataDir,
    database,
    async [Symbol.asyncDispose]() {
      await database.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

test("an embedded database that is not open answers no ping and no statement, and may be closed", async () => {
  await using scene = await closedDatabase();
  const { database } = scene;
  await failureOf(database.ping(1));
  await failureOf(database.db.execute(sql`select 1`));
  await database.close();
  await database.open();
  await database.ping(1);
  await database.close();
  await failureOf(database.ping(1));
});

test("an embedded database that is opened twice at once starts once", async () => {
  await using scene = await closedDatabase();
  const { database } = scene;
  await Promise.all([database.open(), database.open(), database.pendingMigrations()]);
  expect(await database.pendingMigrations()).toEqual([]);
  const result: unknown = await database.db.execute(
    sql`select hash from drizzle.__drizzle_migrations`,
  );
  expect(Reflect.get(Object(result), "rows")).toHaveLength(ownMigrations.length);
});

test("an embedded database can be opened after it could not be", async () => {
  await using scene = await closedDatabase();
  const { database, dataDir } = scene;
  const lock = lockDataDirectory(dataDir);
  expect(await failureOf(database.open())).toBeInstanceOf(DataDirectoryInUseError);
  lock.release();
  await database.open();
  await database.ping(1);
});

test("an embedded database lists its migrations without applying them", async () => {
  await using scene = await closedDatabase();
  const { database, dataDir } = scene;
  const names = ownMigrations.map(({ name }) => name);
  expect(await database.pendingMigrations()).toEqual(names);
  expect(await readdir(dataDir)).toEqual([]);

  await (await startEmbeddedPostgres({ dataDir })).close();
  expect(await database.pendingMigrations()).toEqual(names);
  const result: unknown = await database.db.execute(sql`select to_regclass('users') as found`);
  expect(Reflect.get(Object(result), "rows")).toEqual([{ found: null }]);
});
