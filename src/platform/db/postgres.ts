import { drizzle } from "drizzle-orm/postgres-js";
import postgres, { type Sql } from "postgres";

import { systemRandom } from "../../kernel/random.ts";
import type { Logger } from "../log/port.ts";
import { changeChannel } from "./change-feed.ts";
import { withDeadline } from "./deadline.ts";
import { type Address, createAddress, driverOptions } from "./connection/driver-options.ts";
import { isReadOnly } from "./errors.ts";
import { gatedClient } from "./gated-client.ts";
import { migrateUnderLock, readPendingMigrations } from "./migrate.ts";
import { withOneConnection } from "./one-connection.ts";
import { explainRefusedStart, isDirect, refuseTransactionPooler } from "./pooler.ts";
import { createPostgresChangeFeed } from "./postgres-change-feed.ts";
import type { Database, Db } from "./port.ts";
import { createRenewedClient, type RenewedClient } from "./renewed-client.ts";
import { requireSameDatabase } from "./same-database.ts";
import { createStatementGate, requestBudget } from "./statement-gate.ts";
import type { TraceStatement } from "./trace-statement.ts";

/** How to reach a Postgres server. */
export interface PostgresOptions {
  readonly url: string;
  /** The server's own address, where `url` is that of a pooler in transaction mode. */
  readonly directUrl?: string | null;
  readonly poolSize: number;
  readonly timeoutSeconds: number;
  readonly applicationName: string;
  readonly log: Logger;
  /** Called for every statement sent on behalf of a request or worker. */
  readonly onStatement?: () => void;
  /** Observes a statement by its text, which has no parameters. Default: none is observed. */
  readonly traceStatement?: TraceStatement;
  /** Connections are replaced once a query has had no response for this long; by default `silenceOf`. */
  readonly silenceSeconds?: number;
}

/** Where the statements of requests go, and where what is bound to one connection to the server goes. */
interface Addresses {
  readonly pool: Address;
  /** The same address, unless `pool` is that of a pooler. */
  readonly direct: Address;
}

/**
 * A Postgres server of version 15 or newer. Connects at the first use and after each loss of a connection. Throws
 * `ConnectionUrlError`.
 */
export function createPostgresDatabase(options: PostgresOptions): Database {
  const { poolSize, timeoutSeconds, applicationName, directUrl = null } = options;
  const own = createAddress(options.url);
  const addresses = { pool: own, direct: directUrl === null ? own : createAddress(directUrl) };
  const gate = createStatementGate({
    concurrency: poolSize,
    timeoutSeconds,
    random: systemRandom,
    ...(options.onStatement ? { onStatement: options.onStatement } : {}),
  });
  const renewalTimes = {
    silenceSeconds: options.silenceSeconds ?? silenceOf(own, timeoutSeconds),
    drainSeconds: timeoutSeconds,
    isOutdated: isReadOnly,
    // Notifications come from the server that accepts writes.
    onOutdated: () => changes.interrupt(),
  };
  const renewed = (client: ClientOptions) =>
    createRenewedClient(() => connect(addresses.pool, options, client), renewalTimes);
  const pool = renewed({ max: poolSize, purpose: "", readsArrays: true });
  const pingPool = renewed({ max: 1, purpose: " health" });
  const changes = createPostgresChangeFeed({
    address: addresses.direct,
    serviceName: applicationName,
    timeoutSeconds,
    log: options.log,
    notify: (payload) => pool.send((client) => client.notify(changeChannel, payload)),
  });
  const { traceStatement } = options;
  const db = drizzle(gatedClient({ pool, gate, traceStatement }));
  let pinging: Promise<unknown> | null = null;
  /** The direct address may be that of another database, where every migration would succeed. */
  const withDirectDb = <T>(use: (directDb: Db) => Promise<T>): Promise<T> =>
    withMigrationDb(addresses.direct, options, async (directDb) => {
      if (directUrl !== null) await requireSameDatabase(directDb, db, systemRandom);
      return use(directDb);
    });

  return {
    kind: "postgres",
    statementConcurrency: poolSize,
    db,
    changes,
    statementLoad: gate.load,
    forRequest: (budget = requestBudget(timeoutSeconds)) =>
      drizzle(gatedClient({ pool, gate, traceStatement }, budget)),
    async open() {
      await refusePoolers(options, addresses, pool);
      // On a migrated database a start needs neither the lock nor a connection of its own for it.
      const pending = await readPendingMigrations(db);
      if (pending.length > 0) {
        await withDirectDb((directDb) => migrateUnderLock(directDb, options.log));
      }
      await pool.send(keepArrayTypes);
    },
    async pendingMigrations() {
      await refusePoolers(options, addresses, pool);
      return withDirectDb(readPendingMigrations);
    },
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

/** The server ends a statement after `timeoutSeconds`. Where another server may take over, a silent one is left earlier. */
function silenceOf({ target }: Address, timeoutSeconds: number): number {
  return target.hosts.length > 1 ? 2 * timeoutSeconds : Math.max(30, 3 * timeoutSeconds);
}

/** What differs between the clients of one server. */
interface ClientOptions {
  readonly max: number;
  /** What it is for, after the name of the service; empty for the pool. */
  readonly purpose: string;
  /** Whether results may have arrays. Each new connection then reads the types of arrays from the server. */
  readonly readsArrays?: boolean;
  /** Whether a connection starts with settings, where no pooler is known to be in front. Default: it does. */
  readonly sendsSettings?: boolean;
}

/** The driver keeps the array types for all connections of a client: once the first has read them, no other need do so. */
function keepArrayTypes({ options }: Sql): Promise<void> {
  Object.assign(options, { fetch_types: false });
  return Promise.resolve();
}

/** The server ends statements and transactions by its own timeouts, so that the locks of a lost client end too. */
function connect(
  address: Address,
  options: PostgresOptions,
  { max, purpose, readsArrays = false, sendsSettings = true }: ClientOptions,
): Sql {
  const { timeoutSeconds, applicationName: serviceName } = options;
  // A pooler refuses settings, and its server connections are other clients' as well.
  const isPooled = options.directUrl != null && purpose !== migrationPurpose;
  const client = postgres({
    max,
    fetch_types: readsArrays,
    idle_timeout: 300,
    max_lifetime: 3600,
    // Seconds before the next attempt to connect: the driver's own pauses grow to 20 s.
    backoff: () => 0.2,
    onnotice: () => undefined,
    ...driverOptions(address, {
      timeoutSeconds,
      serviceName,
      purpose,
      preparesStatements: !isPooled,
      settings:
        isPooled || !sendsSettings
          ? {}
          : {
              statement_timeout: Math.round(timeoutSeconds * 1000),
              idle_in_transaction_session_timeout: 10_000,
            },
    }),
  });
  // Drizzle sets parsers on a client, and each new client needs them. The pool's Drizzle gets another object (`gatedClient`).
  drizzle(client);
  return client;
}

const migrationPurpose = " migrate";

/** Throws `DatabaseAddressError` where a pooler in transaction mode answers in the place of the server, or refuses settings. */
async function refusePoolers(
  options: PostgresOptions,
  { direct }: Addresses,
  pool: RenewedClient,
): Promise<void> {
  const isPooled = options.directUrl != null;
  const setting = isPooled ? "DATABASE_DIRECT_URL" : "DATABASE_URL";
  const client = connect(direct, options, { max: 2, purpose: migrationPurpose });
  const plainOptions = { max: 1, purpose: migrationPurpose, sendsSettings: false };
  const plain = connect(direct, options, plainOptions);
  try {
    // Without a pooler that is one statement on a connection that is needed anyway: the clients above open none.
    if (!isPooled && (await pool.send(isDirect))) return;
    await refuseTransactionPooler(client, setting);
    if (isPooled) await noteMissingTimeout(pool, options.log);
  } catch (error) {
    throw await explainRefusedStart(error, setting, () =>
      withDeadline(plain.unsafe("select 1"), options.timeoutSeconds),
    );
  } finally {
    await Promise.all([client.end({ timeout: 5 }), plain.end({ timeout: 5 })]);
  }
}

/** Through a pooler the service cannot set how long the server lets a statement run. */
async function noteMissingTimeout(pool: RenewedClient, log: Logger): Promise<void> {
  const rows = await pool.send((client) => client.unsafe<{ limit: string }[]>(readTimeout));
  if (rows[0]?.limit !== "0") return;
  log.warn(
    {},
    "the server ends no statement by itself through the pooler of DATABASE_URL: run `alter role … set statement_timeout = '5s'` for its user",
  );
}

const readTimeout = "select current_setting('statement_timeout') as limit";

/** A connection of its own for the migrations: the advisory lock is bound to it. */
async function withMigrationDb<T>(
  address: Address,
  options: PostgresOptions,
  use: (db: Db) => Promise<T>,
): Promise<T> {
  const client = connect(address, options, { max: 1, purpose: migrationPurpose });
  try {
    return await withOneConnection(client, use);
  } finally {
    await client.end({ timeout: 5 });
  }
}
