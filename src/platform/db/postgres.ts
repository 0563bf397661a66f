import { drizzle } from "drizzle-orm/postgres-js";
import type { Sql } from "postgres";

import { systemRandom } from "../../kernel/random.ts";
import { changeChannel } from "./change-feed.ts";
import { withDeadline } from "./deadline.ts";
import { type Address, createAddress } from "./connection/driver-options.ts";
import { isReadOnly } from "./errors.ts";
import { gatedClient } from "./gated-client.ts";
import { migrateUnderLock, readPendingMigrations } from "./migrate.ts";
import { withOneConnection } from "./one-connection.ts";
import { createPostgresChangeFeed } from "./postgres-change-feed.ts";
import type { Database, Db } from "./port.ts";
import {
  type ClientOptions,
  connect,
  migrationPurpose,
  type PostgresOptions,
  withClient,
} from "./postgres-client.ts";
import { refusePoolers } from "./refuse-poolers.ts";
import { createRenewedClient } from "./renewed-client.ts";
import { requireSameDatabase } from "./same-database.ts";
import { createStatementGate, requestBudget } from "./statement-gate.ts";

/**
 * A Postgres server of version 15 or newer. Connects at the first use and after each loss of a connection. Throws
 * `ConnectionUrlError`.
 */
export function createPostgresDatabase(options: PostgresOptions): Database {
  const { poolSize, timeoutSeconds, applicationName, directUrl = null } = options;
  const own = createAddress(options.url);
  const direct = directUrl === null ? own : createAddress(directUrl);
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
    createRenewedClient(() => connect(own, options, client), renewalTimes);
  const pool = renewed({ max: poolSize, purpose: "", readsArrays: true });
  const pingPool = renewed({ max: 1, purpose: " health" });
  const changes = createPostgresChangeFeed({
    address: direct,
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
    withMigrationDb(direct, options, async (directDb) => {
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
      await refusePoolers(options, direct, pool);
      // On a migrated database a start needs neither the lock nor a connection of its own for it.
      const pending = await readPendingMigrations(db);
      if (pending.length > 0) {
        await withDirectDb((directDb) => migrateUnderLock(directDb, options.log));
      }
      await pool.send(keepArrayTypes);
    },
    async pendingMigrations() {
      await refusePoolers(options, direct, pool);
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

/** The driver keeps the array types for all connections of a client: once the first has read them, no other need do so. */
function keepArrayTypes({ options }: Sql): Promise<void> {
  Object.assign(options, { fetch_types: false });
  return Promise.resolve();
}

/** A connection of its own for the migrations: the advisory lock is bound to it. */
function withMigrationDb<T>(
  address: Address,
  options: PostgresOptions,
  use: (db: Db) => Promise<T>,
): Promise<T> {
  return withClient(address, options, { max: 1, purpose: migrationPurpose }, (client) =>
    withOneConnection(client, use),
  );
}
