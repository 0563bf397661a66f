import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { sql } from "drizzle-orm";

import { createEmbeddedDatabase } from "../../src/platform/db/embedded.ts";
import type { Database } from "../../src/platform/db/port.ts";
import { createPostgresDatabase } from "../../src/platform/db/postgres.ts";
import {
  copyEmbeddedDatabase,
  createEmptyPostgresDatabase,
  createMigratedPostgresDatabase,
  type DatabaseKind,
} from "./databases.ts";
import { quietLog } from "./quiet-log.ts";

/** A directory and a database without users to run the executable in; both go at the end of their block. */
export interface Home extends AsyncDisposable {
  readonly cwd: string;
  /** `DATABASE_URL`, or nothing at all. */
  readonly settings: Record<string, string>;
  /** Where the program keeps its files by default. */
  readonly dataDirectory: string;
  /** The rows of a query of the test's own; no process may hold the embedded database meanwhile. */
  rows(query: string): Promise<Record<string, unknown>[]>;
}

/** Makes one under the temp directory. Its first start is that of a new service: it creates or migrates the database. */
export async function createHome(kind: DatabaseKind): Promise<Home> {
  return makeHome(kind === "postgres" ? await createEmptyPostgresDatabase() : null);
}

/** The same with a migrated database: a start takes half the time. */
export async function createMigratedHome(kind: DatabaseKind): Promise<Home> {
  if (kind === "postgres") return makeHome(await createMigratedPostgresDatabase());
  const home = await makeHome(null);
  await copyEmbeddedDatabase(home.dataDirectory);
  return home;
}

async function makeHome(server: { url: string; drop(): Promise<void> } | null): Promise<Home> {
  const cwd = await mkdtemp(join(tmpdir(), "gatehouse-binary-"));
  const dataDirectory = join(cwd, "data");
  return {
    cwd,
    settings: server === null ? {} : { DATABASE_URL: server.url },
    dataDirectory,
    async rows(query) {
      const database = openDatabase(server?.url ?? null, dataDirectory);
      try {
        await database.open();
        const result: unknown = await database.db.execute(sql.raw(query));
        const rows: unknown = Array.isArray(result) ? result : Reflect.get(Object(result), "rows");
        return Array.isArray(rows) ? rows : [];
      } finally {
        await database.close();
      }
    },
    async [Symbol.asyncDispose]() {
      await server?.drop();
      await rm(cwd, { recursive: true, force: true });
    },
  };
}

function openDatabase(url: string | null, dataDir: string): Database {
  const shared = { timeoutSeconds: 30, log: quietLog };
  return url === null
    ? createEmbeddedDatabase({ ...shared, dataDir })
    : createPostgresDatabase({ ...shared, url, poolSize: 1, applicationName: "test" });
}
