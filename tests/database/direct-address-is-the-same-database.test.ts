import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "bun:test";

import { createPostgresDatabase } from "../../src/platform/db/postgres.ts";
import { createEmptyPostgresDatabase } from "../support/databases.ts";
import { failureOf } from "../support/failure-of.ts";
import { quietLog } from "../support/quiet-log.ts";

type Empty = Awaited<ReturnType<typeof createEmptyPostgresDatabase>>;

let one: Empty;
let other: Empty;

beforeAll(async () => {
  [one, other] = await Promise.all([createEmptyPostgresDatabase(), createEmptyPostgresDatabase()]);
});

afterAll(() => Promise.all([one.drop(), other.drop()]));

const open = (url: string, directUrl: string | null) =>
  createPostgresDatabase({
    url,
    directUrl,
    poolSize: 1,
    timeoutSeconds: 5,
    applicationName: "replica",
    log: quietLog,
  });

// The failure: the migrations of one database are applied to another one, and the start succeeds.
test("a direct address of another database stops the start, and migrates neither", async () => {
  const database = open(one.url, other.url);
  try {
    for (const use of [() => database.open(), () => database.pendingMigrations()]) {
      expect(await failureOf(use())).toMatchObject({
        name: "DatabaseAddressError",
        message: expect.stringContaining("DATABASE_DIRECT_URL lead to different databases"),
      });
    }
  } finally {
    await database.close();
  }
  for (const { url } of [one, other]) {
    const alone = open(url, null);
    const rows = await alone.db
      .select({ table: sql`to_regclass('users')` })
      .from(sql`(values (1)) as one`);
    expect(rows).toEqual([{ table: null }]);
    await alone.close();
  }
});

test("a direct address of the same database is used for the migrations", async () => {
  const database = open(one.url, one.url);
  try {
    await database.open();
    expect(await database.pendingMigrations()).toEqual([]);
  } finally {
    await database.close();
  }
});
