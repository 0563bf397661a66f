import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";

import type { Logger } from "../log/port.ts";
import { withDeadline } from "./deadline.ts";
import { migrateUnderLock, readPendingMigrations } from "./migrate.ts";
import type { Database, Db } from "./port.ts";
import { createStatementGate, type StatementGate } from "./statement-gate.ts";

/** How to reach a Postgres server. */
export interface PostgresOptions {
  readonly url: string;
  readonly poolSize: number;
  readonly timeoutSeconds: number;
  readonly applicationName: string;
  readonly log: Logger;
  /** Called for every statement sent on behalf of a request or worker. */
  readonly onStatement?: () => void;
}

type Sql = ReturnType<typeof postgres>;

/** A Postgres server of version 15 or newer. Connects when first used; lost connections come back by themselves. */
export function createPostgresDatabase(options: PostgresOptions): Database {
  const gate = createStatementGate({
    concurrency: options.poolSize,
    timeoutSeconds: options.timeoutSeconds,
    ...(options.onStatement ? { onStatement: options.onStatement } : {}),
  });
  const client = connect(options, options.poolSize);
  const db: Db = drizzle(gatedClient(client, gate));
  const pingClient = connect({ ...options, applicationName: `${options.applicationName} health` }, 1);

  return {
    kind: "postgres",
    db,
    async open() {
      await withMigrationClient(options, (migrationDb) =>
        migrateUnderLock(migrationDb, options.log),
      );
    },
    pendingMigrations: () => withMigrationClient(options, readPendingMigrations),
    async ping(timeoutSeconds) {
      await withDeadline(pingClient.unsafe("select 1"), timeoutSeconds);
    },
    async close() {
      await Promise.all([client.end({ timeout: 5 }), pingClient.end({ timeout: 1 })]);
    },
  };
}

/** Timeouts of the server's own, so that a lost client never leaves a lock behind. */
function connect(options: PostgresOptions, max: number, statementTimeoutSeconds?: number): Sql {
  const seconds = statementTimeoutSeconds ?? options.timeoutSeconds;
  return postgres(options.url, {
    max,
    connect_timeout: Math.max(1, Math.floor(options.timeoutSeconds)),
    idle_timeout: 300,
    max_lifetime: 3600,
    // Seconds before the next attempt to connect: the driver's own pauses grow to 20 s.
    backoff: () => 0.2,
    onnotice: () => undefined,
    connection: {
      application_name: options.applicationName,
      statement_timeout: Math.round(seconds * 1000),
      idle_in_transaction_session_timeout: 10_000,
    },
  });
}

/** One connection of its own, without a statement timeout: the advisory lock is bound to it and may be waited for. */
async function withMigrationClient<T>(
  options: PostgresOptions,
  use: (db: Db) => Promise<T>,
): Promise<T> {
  const client = connect({ ...options, applicationName: `${options.applicationName} migrate` }, 1, 0);
  try {
    return await use(drizzle(client));
  } finally {
    await client.end({ timeout: 5 });
  }
}

/** The client as Drizzle sees it: every statement goes through the gate and is prepared once per connection. */
function gatedClient(client: Sql, gate: StatementGate): Sql {
  const unsafe = (query: string, parameters: never[]) => {
    const send = () => client.unsafe(query, parameters, { prepare: true });
    return {
      // oxlint-disable-next-line unicorn/no-thenable -- Drizzle awaits the query object itself
      then: (...handlers: Parameters<Promise<unknown>["then"]>) =>
        gate.run(async () => await send()).then(...handlers),
      values: () => gate.run(async () => await send().values()),
    };
  };
  return new Proxy(client, {
    get: (target, property) =>
      property === "unsafe" ? unsafe : Reflect.get(target, property, target),
  });
}
