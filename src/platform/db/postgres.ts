import { drizzle } from "drizzle-orm/postgres-js";
import postgres, { type Sql } from "postgres";

import { systemRandom } from "../../kernel/random.ts";
import type { Logger } from "../log/port.ts";
import { changeChannel } from "./change-feed.ts";
import { withDeadline } from "./deadline.ts";
import { asClient } from "./drizzle-internals.ts";
import { migrateUnderLock, readPendingMigrations } from "./migrate.ts";
import { withOneConnection } from "./one-connection.ts";
import { createPostgresChangeFeed } from "./postgres-change-feed.ts";
import type { Database, Db } from "./port.ts";
import { createRenewedClient, type RenewedClient } from "./renewed-client.ts";
import {
  createStatementGate,
  requestBudget,
  type StatementGate,
  type WaitBudget,
} from "./statement-gate.ts";
import type { TraceStatement } from "./trace-statement.ts";

/** How to reach a Postgres server. */
export interface PostgresOptions {
  readonly url: string;
  readonly poolSize: number;
  readonly timeoutSeconds: number;
  readonly applicationName: string;
  readonly log: Logger;
  /** Called for every statement sent on behalf of a request or worker. */
  readonly onStatement?: () => void;
  /** Observes a statement by its text, which has no parameters. Default: none is observed. */
  readonly traceStatement?: TraceStatement;
  /** Connections are replaced once a query has had no response for this long; default 30, at least 3 × `timeoutSeconds`. */
  readonly silenceSeconds?: number;
}

/** A Postgres server of version 15 or newer. Connects at the first use and after each loss of a connection. */
export function createPostgresDatabase(options: PostgresOptions): Database {
  const { poolSize, timeoutSeconds, applicationName } = options;
  const gate = createStatementGate({
    concurrency: poolSize,
    timeoutSeconds,
    random: systemRandom,
    ...(options.onStatement ? { onStatement: options.onStatement } : {}),
  });
  const renewalTimes = {
    silenceSeconds: options.silenceSeconds ?? Math.max(30, 3 * timeoutSeconds),
    drainSeconds: timeoutSeconds,
  };
  const renewed = (client: ClientOptions) =>
    createRenewedClient(() => connect(options, client), renewalTimes);
  const pool = renewed({ max: poolSize, applicationName, readsArrays: true });
  const pingPool = renewed({ max: 1, applicationName: `${applicationName} health` });
  const changes = createPostgresChangeFeed({
    url: options.url,
    applicationName: `${applicationName} changes`,
    timeoutSeconds,
    log: options.log,
    notify: (payload) => pool.send((client) => client.notify(changeChannel, payload)),
  });
  const { traceStatement } = options;
  const db = drizzle(gatedClient({ pool, gate, traceStatement }));
  let pinging: Promise<unknown> | null = null;

  return {
    kind: "postgres",
    statementConcurrency: poolSize,
    db,
    changes,
    statementLoad: gate.load,
    forRequest: (budget = requestBudget(timeoutSeconds)) =>
      drizzle(gatedClient({ pool, gate, traceStatement }, budget)),
    async open() {
      // On a migrated database a start needs neither the lock nor a connection of its own for it.
      const pending = await readPendingMigrations(db);
      if (pending.length > 0) {
        await withMigrationDb(options, (migrationDb) => migrateUnderLock(migrationDb, options.log));
      }
      await pool.send(keepArrayTypes);
    },
    pendingMigrations: () => withMigrationDb(options, (own) => readPendingMigrations(own)),
    async ping(deadlineSeconds) {
      // All callers share one query, or queries would pile up in the driver while the server is frozen.
      pinging ??= pingPool
        .send((client) => client.unsafe("select 1"))
        .finally(() => {
          pinging = null;
        });
      await withDeadline(pinging, deadlineSeconds);
    },
    refusesWrites: () => false,
    backups: null,
    checkpoint: () => Promise.resolve(),
    compact: () => Promise.resolve(null),
    async close() {
      await Promise.all([changes.stop(), pool.end(5), pingPool.end(1)]);
    },
  };
}

/** What differs between the clients of one server. */
interface ClientOptions {
  readonly max: number;
  readonly applicationName: string;
  /** Whether results may have arrays. Each new connection then reads the types of arrays from the server. */
  readonly readsArrays?: boolean;
}

/** The driver keeps the array types for all connections of a client: once the first has read them, no other need do so. */
function keepArrayTypes({ options }: Sql): Promise<void> {
  Object.assign(options, { fetch_types: false });
  return Promise.resolve();
}

/** The server ends statements and transactions by its own timeouts, so that the locks of a lost client end too. */
function connect(
  options: PostgresOptions,
  { max, applicationName, readsArrays = false }: ClientOptions,
): Sql {
  const client = postgres(options.url, {
    max,
    fetch_types: readsArrays,
    connect_timeout: Math.max(1, Math.floor(options.timeoutSeconds)),
    idle_timeout: 300,
    max_lifetime: 3600,
    // Seconds before the next attempt to connect: the driver's own pauses grow to 20 s.
    backoff: () => 0.2,
    onnotice: () => undefined,
    connection: {
      application_name: applicationName,
      statement_timeout: Math.round(options.timeoutSeconds * 1000),
      idle_in_transaction_session_timeout: 10_000,
    },
  });
  // Drizzle sets parsers on a client, and each new client needs them. The pool's Drizzle gets another object (`gatedClient`).
  drizzle(client);
  return client;
}

/** A connection of its own for the migrations: the advisory lock is bound to it. */
async function withMigrationDb<T>(
  options: PostgresOptions,
  use: (db: Db) => Promise<T>,
): Promise<T> {
  const applicationName = `${options.applicationName} migrate`;
  const client = connect(options, { max: 1, applicationName });
  try {
    return await withOneConnection(client, use);
  } finally {
    await client.end({ timeout: 5 });
  }
}

/** Drizzle writes its parsers here; they are not read, since `connect` sets the parsers of each client. */
const driverOptions = { parsers: {}, serializers: {} };

interface GatedPool {
  readonly pool: RenewedClient;
  readonly gate: StatementGate;
  readonly traceStatement: TraceStatement | undefined;
}

/** The client as Drizzle sees it: every statement goes through the gate and is prepared once per connection. */
function gatedClient({ pool, gate, traceStatement }: GatedPool, budget?: WaitBudget): Sql {
  const unsafe = (query: string, parameters: never[]) => {
    const send = (client: Sql) => client.unsafe(query, parameters, { prepare: true });
    const run = <T>(work: () => Promise<T>): Promise<T> =>
      traceStatement === undefined
        ? gate.run(work, budget)
        : traceStatement(query, () => gate.run(work, budget));
    return {
      // oxlint-disable-next-line unicorn/no-thenable -- Drizzle awaits the query object itself
      then: (...handlers: Parameters<Promise<unknown>["then"]>) =>
        run(() => pool.send(send)).then(...handlers),
      values: () => run(() => pool.send((client) => send(client).values())),
    };
  };
  return asClient({ unsafe, options: driverOptions });
}
