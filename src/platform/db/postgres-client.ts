import { drizzle } from "drizzle-orm/postgres-js";
import postgres, { type Sql } from "postgres";

import type { Logger } from "../log/port.ts";
import { type Address, driverOptions } from "./connection/driver-options.ts";
import { withOneConnection } from "./one-connection.ts";
import { isDirect, refuseTransactionPooler } from "./pooler.ts";
import type { Db } from "./port.ts";
import type { RenewedClient } from "./renewed-client.ts";
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

/** What differs between the clients of one server. */
export interface ClientOptions {
  readonly max: number;
  /** What it is for, after the name of the service; empty for the pool. */
  readonly purpose: string;
  /** Whether results may have arrays. Each new connection then reads the types of arrays from the server. */
  readonly readsArrays?: boolean;
}

/** A client of the driver. The server ends statements and transactions by its own timeouts, so that the locks of a lost client end too. */
export function connect(
  address: Address,
  options: PostgresOptions,
  { max, purpose, readsArrays = false }: ClientOptions,
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
      settings: isPooled
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

/** Throws `DatabaseAddressError` where a pooler in transaction mode answers in the place of the server. */
export async function refusePoolers(
  options: PostgresOptions,
  { direct }: Addresses,
  pool: RenewedClient,
): Promise<void> {
  const isPooled = options.directUrl != null;
  const setting = isPooled ? "DATABASE_DIRECT_URL" : "DATABASE_URL";
  // Without a pooler that is one statement on a connection that is needed anyway.
  if (!isPooled && (await pool.send((client) => isDirect(client, setting)))) return;
  const client = connect(direct, options, { max: 2, purpose: migrationPurpose });
  try {
    await refuseTransactionPooler(client, setting);
    if (isPooled) await noteMissingTimeout(pool, options.log);
  } finally {
    await client.end({ timeout: 5 });
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
export async function withMigrationDb<T>(
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
