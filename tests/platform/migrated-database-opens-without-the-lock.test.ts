import { sql } from "drizzle-orm";
import { expect, test } from "bun:test";
import postgres from "postgres";

import { createPostgresDatabase } from "../../src/platform/db/postgres.ts";
import { createTestDatabase } from "../support/databases.ts";
import { quietLog } from "../support/quiet-log.ts";
import { race } from "../support/race.ts";

const poolSize = 4;

async function migratedDatabase() {
  const { settings, remove } = await createTestDatabase("postgres");
  const url = settings["DATABASE_URL"] ?? "";
  const applicationName = "replica";
  const database = createPostgresDatabase({
    url,
    poolSize,
    timeoutSeconds: 5,
    applicationName,
    log: quietLog,
  });
  return {
    url,
    database,
    async [Symbol.asyncDispose]() {
      await database.close();
      await remove();
    },
  };
}

// Bad day: another process hangs with the lock of the migrations.
test("a database without pending migrations opens while another process holds the lock", async () => {
  await using scene = await migratedDatabase();
  const other = postgres(scene.url, { max: 1 });
  await other`select pg_advisory_lock(${0x67617465})`;
  await scene.database.open();
  expect(await scene.database.pendingMigrations()).toEqual([]);
  await other.end();
});

// Failure: only the first connection reads the types of arrays, and the others return them as text.
test("arrays are read on every connection of the pool", async () => {
  await using scene = await migratedDatabase();
  const { db } = scene.database;
  await scene.database.open();
  const rows = await race(poolSize, () =>
    db
      .select({
        texts: sql<string[]>`array['a', 'b']`,
        pid: sql<number>`pg_backend_pid()`,
        pause: sql<string>`pg_sleep(0.05)::text`,
      })
      .from(sql`(values (1)) as one`),
  );
  expect(new Set(rows.map(([row]) => row?.pid)).size).toBe(poolSize);
  for (const [row] of rows) expect(row?.texts).toEqual(["a", "b"]);
});
