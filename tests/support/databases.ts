import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres from "postgres";

import { createEmbeddedDatabase } from "../../src/platform/db/embedded.ts";
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
  type StartEmbeddedPostgres,
} from "../../src/platform/db/embedded-postgres.ts";
import { createPostgresDatabase } from "../../src/platform/db/postgres.ts";
import { eventually } from "./eventually.ts";
import { quietLog } from "./quiet-log.ts";
import { leaseEngine } from "./shared-engine.ts";

/** A database of a test's own. */
export interface TestDatabase {
  /** DATABASE_URL and DATA_DIR for the settings. */
  readonly settings: Record<string, string>;
  /** What starts the embedded one, if its engine is one that other tests use before and after. */
  readonly startPostgres?: StartEmbeddedPostgres;
  remove(): Promise<void>;
}

/** The databases that Gatehouse runs on; what is promised is promised on both. */
export const databaseKinds = ["postgres", "embedded"] as const;

export type DatabaseKind = (typeof databaseKinds)[number];

/** An empty, migrated database: on the Postgres server of the test run, or a directory for the embedded one. */
export async function createTestDatabase(kind: DatabaseKind): Promise<TestDatabase> {
  const dataDir = await mkdtemp(join(tmpdir(), "gatehouse-test-"));
  const removeDirectory = () => rm(dataDir, { recursive: true, force: true });
  if (kind === "embedded") {
    await copyEmbeddedDatabase(dataDir);
    return { settings: { DATA_DIR: dataDir }, remove: removeDirectory };
  }
  const { url, drop } = await createMigratedPostgresDatabase();
  return {
    settings: { DATA_DIR: dataDir, DATABASE_URL: url },
    async remove() {
      await drop();
      await removeDirectory();
    },
  };
}

/** The same, but its embedded one has no files of its own: for what this process opens, and no other one. */
export async function createSharedTestDatabase(kind: DatabaseKind): Promise<TestDatabase> {
  if (kind === "postgres") return createTestDatabase(kind);
  const dataDir = await mkdtemp(join(tmpdir(), "gatehouse-test-"));
  const engine = leaseEngine(startNewEngine);
  return {
    settings: { DATA_DIR: dataDir },
    startPostgres: engine.start,
    async remove() {
      await engine.end();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** It runs until the process ends. */
async function startNewEngine(): Promise<EmbeddedPostgres> {
  const dataDir = await mkdtemp(join(tmpdir(), "gatehouse-engine-"));
  process.once("exit", () => rmSync(dataDir, { recursive: true, force: true }));
  const postgres = await startEmbeddedPostgres({ dataDir });
  const startPostgres = () => Promise.resolve(postgres);
  await createEmbeddedDatabase({
    dataDir,
    timeoutSeconds: 30,
    log: quietLog,
    startPostgres,
  }).open();
  return postgres;
}

/** Makes the directory the data directory of a migrated embedded database. */
export async function copyEmbeddedDatabase(directory: string): Promise<void> {
  await cp(await embeddedTemplate(), directory, { recursive: true });
}

let embeddedDirectory: Promise<string> | null = null;

/** A directory with a migrated embedded database to copy, made once for this process: a start on a copy takes half the time. */
function embeddedTemplate(): Promise<string> {
  embeddedDirectory ??= makeEmbeddedTemplate();
  return embeddedDirectory;
}

async function makeEmbeddedTemplate(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), "gatehouse-template-"));
  process.once("exit", () => rmSync(dataDir, { recursive: true, force: true }));
  const database = createEmbeddedDatabase({ dataDir, timeoutSeconds: 30, log: quietLog });
  await database.open();
  await database.close();
  return dataDir;
}

/** An empty database without our schema, on the Postgres server of the test run. */
export async function createEmptyPostgresDatabase(): Promise<{
  url: string;
  drop(): Promise<void>;
}> {
  return createDatabase("template1");
}

let ownServer: Promise<string> | null = null;

/** The server of the test run; a test file that runs alone starts its own, which ends with the process. */
export function testServerUrl(): Promise<string> {
  const given = process.env["TEST_DATABASE_URL"];
  if (given) return Promise.resolve(given);
  ownServer ??= startKeptServer();
  return ownServer;
}

/** A server that stops by itself when this process has ended, however it ended. */
async function startKeptServer(): Promise<string> {
  const keeper = Bun.spawn(
    [process.execPath, fileURLToPath(import.meta.resolve("./postgres-keeper.ts"))],
    {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
    },
  );
  keeper.unref();
  const { value } = await keeper.stdout.getReader().read();
  const url = new TextDecoder().decode(value).trim();
  if (url === "") throw new Error("The Postgres of the tests did not start.");
  return url;
}

/** A migrated database without users on the same server. */
export async function createMigratedPostgresDatabase(): Promise<{
  url: string;
  drop(): Promise<void>;
}> {
  return createDatabase(await templateName());
}

let template: Promise<string> | null = null;

/** A migrated database to copy: made once for the server, by whichever test process comes first. */
function templateName(): Promise<string> {
  template ??= makeTemplate();
  return template;
}

async function makeTemplate(): Promise<string> {
  const paths = (await Array.fromAsync(new Bun.Glob("drizzle/*.sql").scan())).toSorted();
  const migrations = await Promise.all(paths.map((path) => Bun.file(path).text()));
  const name = `gatehouse_template_${Bun.hash(migrations.join("")).toString(36)}`;
  const sql = await administer();
  await sql`select pg_advisory_lock(4711)`;
  const [existing] = await sql`select 1 from pg_database where datname = ${name}`;
  if (!existing) {
    const draft = `${name}_draft`;
    await sql.unsafe(`drop database if exists ${draft}`);
    await sql.unsafe(`create database ${draft}`);
    const database = createPostgresDatabase({
      url: databaseUrl(await testServerUrl(), draft),
      poolSize: 1,
      timeoutSeconds: 30,
      applicationName: "template",
      log: quietLog,
    });
    await database.open();
    // The first connection after the migrations writes the cache of the catalogue, which each copy then has.
    await database.db.execute("select 1");
    await database.close();
    await sql.unsafe(`alter database ${draft} rename to ${name}`);
  }
  await sql`select pg_advisory_unlock(4711)`;
  return name;
}

async function createDatabase(from: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `gatehouse_test_${randomBytes(6).toString("hex")}`;
  const sql = await administer();
  // Copying a template suffers no second connection to it, and parallel test processes copy the same one.
  await sql`select pg_advisory_lock(4712)`;
  // Half the time of writing every page to the log as well; tests need no crash recovery.
  await sql.unsafe(`create database ${name} template ${from} strategy file_copy`);
  await sql`select pg_advisory_unlock(4712)`;
  return {
    url: databaseUrl(await testServerUrl(), name),
    async drop() {
      // `with (force)` alone looks every 100 ms whether the connections have ended.
      await eventually(
        () => sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`,
        (connections) => connections.length === 0,
      );
      await sql.unsafe(`drop database if exists ${name} with (force)`);
    },
  };
}

let administration: Promise<postgres.Sql> | null = null;

/** One connection of this process for all its databases: a new one for each would be half of all connections of the tests. */
function administer(): Promise<postgres.Sql> {
  administration ??= testServerUrl().then((url) =>
    postgres(url, { max: 1, onnotice: () => undefined }),
  );
  return administration;
}

function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
