import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareEmbeddedDatabase } from "../../.ci/prepare-embedded-database.ts";
import {
  DataDirectoryInUseError,
  lockDataDirectory,
} from "../../src/platform/db/data-directory-lock.ts";
import type { EmbeddedPostgres } from "../../src/platform/db/embedded-postgres.ts";

await prepareEmbeddedDatabase();
const { runMaintenance } = await import("../../src/platform/db/embedded-maintenance.ts");
const { startEmbeddedPostgres } = await import("../../src/platform/db/embedded-postgres.ts");
const { startEngine } = await import("../../src/platform/db/embedded-engine.ts");
const { compiledEngine } = await import("../../src/platform/db/embedded-module.ts");

const longTestMs = 30_000;
const parent = mkdtempSync(join(tmpdir(), "gatehouse-embedded-"));
const dataDir = join(parent, "data");
let embedded: EmbeddedPostgres;

beforeAll(async () => {
  embedded = await startEmbeddedPostgres({ dataDir });
});

afterAll(async () => {
  await embedded.close();
  rmSync(parent, { recursive: true, force: true });
});

async function settings(...names: string[]): Promise<Record<string, string>> {
  const { rows } = await embedded.client.query<{ name: string; setting: string }>(
    "select name, current_setting(name) as setting from pg_settings where name = any($1)",
    [names],
  );
  return Object.fromEntries(rows.map((row) => [row.name, row.setting]));
}

describe("the embedded Postgres", () => {
  test("is small, in UTF-8 and UTC, sorts by code point and folds case beyond ASCII", async () => {
    expect(await settings("shared_buffers", "server_encoding", "TimeZone")).toEqual({
      shared_buffers: "8MB",
      server_encoding: "UTF8",
      TimeZone: "UTC",
    });
    const { rows } = await embedded.client.query(
      "select 'a' > 'B' as by_code_point, lower('ÄÉΩ') as lowered, " +
        "(select datcollate from pg_database where datname = current_database()) as locale",
    );
    expect(rows).toEqual([{ by_code_point: true, lowered: "äéω", locale: "C" }]);
  });

  // Without the fix, PGlite reports success for every fsync and does nothing: a power cut then loses commits.
  test("waits for the disk at each commit", async () => {
    expect(await settings("fsync", "wal_sync_method", "synchronous_commit")).toEqual({
      fsync: "on",
      wal_sync_method: "fsync",
      synchronous_commit: "on",
    });
    const other = join(parent, "commits");
    await (await startEmbeddedPostgres({ dataDir: other })).close();
    const { client } = await startEngine({
      directory: join(other, "postgres"),
      module: await compiledEngine(),
      onPanic: () => undefined,
    });
    await client.exec("create table commits (value int)");
    const operations = Reflect.get(client.Module, "NODEFS").stream_ops;
    const original = operations.fsync;
    const results: number[] = [];
    operations.fsync = (stream: unknown) => {
      results.push(original(stream));
      return results.at(-1);
    };
    for (const value of [1, 2, 3]) {
      await client.query("insert into commits values ($1)", [value]);
      expect(results).toEqual(Array.from({ length: value }, () => 0));
    }
    // A disk error must reach Postgres: an exception would count as success.
    expect(original({ nfd: -1 })).toBeGreaterThan(0);
    operations.fsync = original;
    await client.close();
  });

  test("keeps its files to their owner", () => {
    const modeOf = (name: string): number => statSync(join(dataDir, name)).mode & 0o777;
    const directories = readdirSync(dataDir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(dataDir.length));
    expect(directories.length).toBeGreaterThan(20);
    expect(["", ...directories].filter((name) => modeOf(name) !== 0o700)).toEqual([]);
    expect(readdirSync(dataDir).toSorted()).toEqual(["lock-owner.txt", "lock.sqlite", "postgres"]);
    expect(["lock-owner.txt", "lock.sqlite"].map(modeOf)).toEqual([0o600, 0o600]);
  });

  test(
    "truncates its log and vacuums dead rows",
    async () => {
      const { client } = embedded;
      await client.execute(
        "create table sessions as select g as id from generate_series(1, 1000) g",
      );
      await client.execute("delete from sessions");
      const message = "select pg_logical_emit_message(true, 'test', repeat('x', 10000000))::text";
      for (let round = 0; round < 6; round += 1) await client.query(message);
      const segments = (): number => readdirSync(join(dataDir, "postgres/pg_wal")).length;
      expect(segments()).toBeGreaterThan(50);
      const dead = async (): Promise<unknown> =>
        (
          await client.query<{ dead: number }>(
            "select n_dead_tup as dead from pg_stat_user_tables where relname = 'sessions'",
          )
        ).rows[0]?.dead;
      await client.query("select pg_stat_force_next_flush()");
      expect(await dead()).toBe(1000);

      await runMaintenance(client, Number.POSITIVE_INFINITY);
      await client.query("select pg_stat_force_next_flush()");
      expect(await dead()).toBe(0);
      expect(segments()).toBeLessThan(45);
    },
    longTestMs,
  );

  test(
    "reports Postgres's message when it cannot start, and releases the directory",
    async () => {
      const other = join(parent, "other-version");
      const first = await startEmbeddedPostgres({ dataDir: other });
      await first.close();
      await first.close();
      writeFileSync(join(other, "postgres/PG_VERSION"), "17\n");
      for (let attempt = 0; attempt < 2; attempt += 1) {
        const failure = await startEmbeddedPostgres({ dataDir: other }).catch(String);
        expect(failure).toContain("initialized by PostgreSQL version 17");
      }
    },
    longTestMs,
  );
});

describe("the data directory's lock", () => {
  test("refuses a second lock in the same process, until it is released", () => {
    const directory = join(parent, "lock");
    const first = lockDataDirectory(directory);
    expect(() => lockDataDirectory(directory)).toThrow(DataDirectoryInUseError);
    // The refused attempt has closed its file: the lock must have outlived that.
    expect(() => lockDataDirectory(directory)).toThrow(`process ${process.pid} on `);
    first.release();
    const second = lockDataDirectory(directory);
    first.release();
    expect(() => lockDataDirectory(directory)).toThrow(DataDirectoryInUseError);
    second.release();
  });

  test("names a directory in which it cannot make its file", () => {
    const directory = join(parent, "obstructed");
    mkdirSync(join(directory, "lock.sqlite"), { recursive: true });
    expect(() => lockDataDirectory(directory)).toThrow(`${directory} cannot be written to`);
  });
});
