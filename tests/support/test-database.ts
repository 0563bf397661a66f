import { afterAll, beforeAll } from "bun:test";

import { createEmbeddedDatabase } from "../../src/platform/db/embedded.ts";
import type { Database } from "../../src/platform/db/port.ts";
import { createPostgresDatabase } from "../../src/platform/db/postgres.ts";
import { createSharedTestDatabase, type DatabaseKind } from "./databases.ts";
import { quietLog } from "./quiet-log.ts";

/** An open database without a server before it and workers behind it: each statement is one of the test's. */
export interface OpenTestDatabase {
  readonly database: Database;
  /** Null for the embedded one. */
  readonly url: string | null;
  /** How many statements were sent to it since the test set this to 0. */
  statements: number;
}

/** Opens one for one test. Dispose of it with `await using`; `useTestDatabase` is for more than one test. */
export async function openTestDatabase(
  kind: DatabaseKind,
  timeoutSeconds = 10,
): Promise<OpenTestDatabase & AsyncDisposable> {
  const { settings, startPostgres, remove } = await createSharedTestDatabase(kind);
  const { DATABASE_URL: url, DATA_DIR: dataDir = "" } = settings;
  const options = {
    timeoutSeconds,
    log: quietLog,
    onStatement: () => {
      opened.statements += 1;
    },
  };
  const database =
    url === undefined
      ? createEmbeddedDatabase({ ...options, dataDir, ...(startPostgres ? { startPostgres } : {}) })
      : createPostgresDatabase({ ...options, url, poolSize: 2, applicationName: "test" });
  const opened = {
    database,
    url: url ?? null,
    statements: 0,
    async [Symbol.asyncDispose]() {
      await database.close();
      await remove();
    },
  };
  await database.open();
  return opened;
}

/** Opens one for all tests of the file or of the `describe` that calls this; hooks and tests may use it. */
export function useTestDatabase(kind: DatabaseKind, timeoutSeconds?: number): OpenTestDatabase {
  let running: (OpenTestDatabase & AsyncDisposable) | null = null;
  function opened(): OpenTestDatabase {
    if (running === null) throw new Error("The test database is used outside hooks and tests.");
    return running;
  }

  beforeAll(async () => {
    running = await openTestDatabase(kind, timeoutSeconds);
  });

  afterAll(async () => {
    await running?.[Symbol.asyncDispose]();
  });

  return {
    get database() {
      return opened().database;
    },
    get url() {
      return opened().url;
    },
    get statements() {
      return opened().statements;
    },
    set statements(count) {
      opened().statements = count;
    },
  };
}
