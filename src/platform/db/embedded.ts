import { drizzle } from "drizzle-orm/pglite";

import type { Logger } from "../log/port.ts";
import { withDeadline } from "./deadline.ts";
import { startEmbeddedPostgres, type EmbeddedPostgres } from "./embedded-postgres.ts";
import { migrateUnderLock, readPendingMigrations } from "./migrate.ts";
import type { Database, Db } from "./port.ts";
import { createStatementGate } from "./statement-gate.ts";

/** Where the embedded Postgres lives. */
export interface EmbeddedOptions {
  readonly dataDir: string;
  readonly timeoutSeconds: number;
  readonly log: Logger;
  readonly onStatement?: () => void;
}

type Client = EmbeddedPostgres["client"];

/** The Postgres inside the executable: one process, one data directory, started by `open`. */
export function createEmbeddedDatabase(options: EmbeddedOptions): Database {
  let running: EmbeddedPostgres | null = null;
  const gate = createStatementGate({
    concurrency: 32,
    timeoutSeconds: options.timeoutSeconds,
    ...(options.onStatement ? { onStatement: options.onStatement } : {}),
  });

  function client(): Client {
    if (!running) throw new Error("the embedded database is not open");
    return running.client;
  }

  async function start(): Promise<Client> {
    running ??= await startEmbeddedPostgres({ dataDir: options.dataDir });
    return running.client;
  }

  const gated: Pick<Client, "query"> = {
    query: (query, parameters, queryOptions) =>
      gate.run(() => client().query(query, parameters, queryOptions)),
  };
  const db: Db = drizzle(asClient(gated));

  return {
    kind: "embedded",
    db,
    async open() {
      await migrateUnderLock(drizzle(await start()), options.log);
    },
    async pendingMigrations() {
      return readPendingMigrations(drizzle(await start()));
    },
    async ping(timeoutSeconds) {
      await withDeadline(client().query("select 1"), timeoutSeconds);
    },
    async close() {
      await running?.close();
      running = null;
    },
  };
}

/** Drizzle's driver calls nothing but `query` on a client that runs no transactions, as ours never do. */
function asClient(gated: Pick<Client, "query">): Client {
  return gated as Client;
}
