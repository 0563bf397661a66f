import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import { describe, expect, test } from "bun:test";
import postgres from "postgres";

import {
  DatabaseNewerError,
  migrateUnderLock,
  ownMigrations,
  readPendingMigrations,
} from "../../src/platform/db/migrate.ts";
import { withOneConnection } from "../../src/platform/db/one-connection.ts";
import { createPostgresDatabase } from "../../src/platform/db/postgres.ts";
import {
  latestVersionOf,
  type Migration,
  withVersion,
} from "../../src/platform/db/schema-version.ts";
import { createEmptyPostgresDatabase, createTestDatabase } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { failureOf } from "../support/failure-of.ts";
import { quietLog } from "../support/quiet-log.ts";
import { race } from "../support/race.ts";
import { startUnready } from "../support/test-app.ts";

/** A migration of a test's own, later than all of ours. */
function planted(name: string, statements: string[]): Migration {
  return { name, sql: statements, folderMillis: 9e12, hash: name, bps: true };
}

/** A migration of a version of the schema that is this many versions after ours. */
function plantedVersion(ahead: number): Migration {
  const version = latestVersionOf(ownMigrations) + ahead;
  const statements = [`-- schema version ${version}\ncreate table planted_${version} (id integer)`];
  const migration = planted(`9999_version_${version}`, statements);
  return withVersion({ ...migration, folderMillis: 9e12 + version });
}

/** An empty database, and a way to look at it that nothing else uses. */
async function emptyDatabase() {
  const { url, drop } = await createEmptyPostgresDatabase();
  const client = postgres(url, { max: 1, onnotice: () => undefined });
  return {
    url,
    client,
    open: () =>
      createPostgresDatabase({
        url,
        poolSize: 2,
        timeoutSeconds: 5,
        applicationName: "replica",
        log: quietLog,
      }),
    async tables(): Promise<unknown[]> {
      const rows = await client`select tablename from pg_tables where schemaname = 'public'`;
      return rows.map((row) => row["tablename"]);
    },
    async applied(): Promise<number> {
      const rows = await client`select hash from drizzle.__drizzle_migrations`;
      return rows.length;
    },
    async [Symbol.asyncDispose]() {
      await client.end();
      await drop();
    },
  };
}

describe("migrations", () => {
  // The attack: six replicas boot at once on an empty database.
  // security 141
  test("are applied once each, however many replicas start at once", async () => {
    for (let round = 0; round < 5; round += 1) {
      await using scene = await emptyDatabase();
      const replicas = Array.from({ length: 6 }, scene.open);
      await race(6, async (index) => replicas[index]?.open());
      expect(await scene.applied()).toBe(ownMigrations.length);
      for (const replica of replicas) {
        expect(await replica.pendingMigrations()).toEqual([]);
        await replica.close();
      }
      const locks = await scene.client`
        select from pg_locks where locktype = 'advisory'
          and database = (select oid from pg_database where datname = current_database())`;
      expect(locks).toHaveLength(0);
    }
  });

  // The bad day: the second statement of the second migration fails.
  // security 141
  test("leave nothing half-applied when one fails, and can be tried again", async () => {
    await using scene = await emptyDatabase();
    const failing = planted("9999_failing", ["create table half (id integer)", "select 1 / 0"]);
    const migrate = (migrations: Migration[]) =>
      withOneConnection(scene.client, (db) => migrateUnderLock(db, quietLog, migrations));

    await failureOf(migrate([...ownMigrations, failing]));
    expect(await scene.tables()).toEqual([]);
    expect(await scene.applied()).toBe(0);

    await migrate([...ownMigrations]);
    await failureOf(migrate([...ownMigrations, failing]));
    expect(await scene.tables()).not.toContain("half");
    expect(await scene.applied()).toBe(ownMigrations.length);

    const mended = { ...failing, sql: ["create table half (id integer)"] };
    await migrate([...ownMigrations, mended]);
    expect(await scene.tables()).toContain("half");
  });

  // The bad day: the connection that holds the lock dies, and the driver would go on, without the lock, on another one.
  // security 141
  test("stop when the connection that holds the lock is lost", async () => {
    await using scene = await emptyDatabase();
    const migrating = postgres(scene.url, { max: 1, onnotice: () => undefined });
    const outcome = withOneConnection(migrating, async (db) => {
      const [own] = await db
        .select({ pid: sql<number>`pg_backend_pid()` })
        .from(sql`(values (1)) as one`);
      const pid = own?.pid ?? 0;
      await scene.client`select pg_terminate_backend(${pid})`;
      await eventually(
        () => scene.client`select from pg_stat_activity where pid = ${pid}`,
        (found) => found.length === 0,
      );
      await migrateUnderLock(db, quietLog);
    });
    await failureOf(outcome);
    expect(await scene.tables()).toEqual([]);
    await migrating.end();
  });

  test("wait as long as another replica's take, whatever DATABASE_TIMEOUT says", async () => {
    await using scene = await emptyDatabase();
    await scene.client`alter role current_user in database ${scene.client(new URL(scene.url).pathname.slice(1))} set statement_timeout = '100ms'`;
    const slow = planted("9999_slow", ["select pg_sleep(0.5)"]);
    const migrating = postgres(scene.url, { max: 1, onnotice: () => undefined });
    await withOneConnection(migrating, (db) =>
      migrateUnderLock(db, quietLog, [...ownMigrations, slow]),
    );
    expect(await scene.applied()).toBe(ownMigrations.length + 1);
    await migrating.end();
  });

  // A replica of the previous version is restarted while the replicas are replaced one by one.
  // security 141
  test("of the next version let an executable of this one start", async () => {
    await using scene = await emptyDatabase();
    await withOneConnection(scene.client, (db) =>
      migrateUnderLock(db, quietLog, [...ownMigrations, plantedVersion(1)]),
    );
    const database = scene.open();
    await database.open();
    expect(await database.pendingMigrations()).toEqual([]);
    await database.close();
  });

  test("of the version after the next make it refuse the schema, whose version it names", async () => {
    await using scene = await emptyDatabase();
    const later = [...ownMigrations, plantedVersion(1), plantedVersion(2)];
    await withOneConnection(scene.client, (db) => migrateUnderLock(db, quietLog, later));
    const database = scene.open();
    const failure = await failureOf(database.open());
    expect(failure).toBeInstanceOf(DatabaseNewerError);
    const own = latestVersionOf(ownMigrations);
    expect(failure.message).toContain(`of version ${own + 2}`);
    expect(failure.message).toContain(`up to version ${own + 1}`);
    await database.close();
  });

  // The bad day: a backup reads a table for an hour. While a migration waited for it, every request would wait behind it.
  test("let requests read a table for which they wait", async () => {
    await using scene = await emptyDatabase();
    const other = postgres(scene.url, { max: 1 });
    const migrate = (migrations: Migration[], log = quietLog) =>
      withOneConnection(scene.client, (db) => migrateUnderLock(db, log, migrations));
    await migrate([...ownMigrations]);
    const retried = Promise.withResolvers<undefined>();
    const log = { ...quietLog, warn: () => retried.resolve(undefined) };
    const altering = planted("9999_alter", ["alter table users add column planted text"]);
    let migrating = Promise.resolve();
    await other.begin(async (backup) => {
      await backup`select count(*) from users`;
      migrating = migrate([...ownMigrations, altering], log);
      await retried.promise;
      await backup`select count(*) from users`;
    });
    await migrating;
    await other.end();
    expect(await scene.applied()).toBe(ownMigrations.length + 1);
  });

  test("of an unknown version make an earlier one refuse to serve with a message", async () => {
    const database = await createTestDatabase("postgres");
    const later = postgres(database.settings["DATABASE_URL"] ?? "", { max: 1 });
    await later`insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', 9e12)`;
    await later`delete from drizzle.schema_versions`;
    expect(await failureOf(readPendingMigrations(drizzle(later)))).toBeInstanceOf(
      DatabaseNewerError,
    );
    await later.end();

    const app = await startUnready({ settings: database.settings });
    await failureOf(app.server.ready);
    expect(await app.server.stopped).toBe("failed");
    expect(app.log.join("")).toContain("newer than this executable");
    await database.remove();
  });

  test("are listed without being applied", async () => {
    await using scene = await emptyDatabase();
    const database = scene.open();
    const names = ownMigrations.map(({ name }) => name);
    expect(await database.pendingMigrations()).toEqual(names);
    expect(await scene.tables()).toEqual([]);
    await database.open();
    expect(await database.pendingMigrations()).toEqual([]);
    await database.close();
  });

  // Drizzle never applies a migration that is older than one which was applied.
  test("are in the order of their times", () => {
    const times = ownMigrations.map(({ folderMillis }) => folderMillis);
    expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
  });
});
