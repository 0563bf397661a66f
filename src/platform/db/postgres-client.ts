import { drizzle } from "drizzle-orm/postgres-js";
import postgres, { type Sql } from "postgres";

import type { Logger } from "../log/port.ts";
import { type Address, driverOptions } from "./connection/driver-options.ts";
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

/** What differs between the clients of one server. */
export interface ClientOptions {
  readonly max: number;
  /** What it is for, after the name of the service; empty for the pool. */
  readonly purpose: string;
  /** Whether results may have arrays. Each new connection then reads the types of arrays from the server. */
  readonly readsArrays?: boolean;
  /** Whether a connection starts with settings, where no pooler is known to be in front. Default: it does. */
  readonly sendsSettings?: boolean;
}

/** The purpose of the clients that go to the server itself. */
export const migrationPurpose = " migrate";

/**
 * A client, which connects at its first use. The server ends statements and transactions by its own timeouts, so that the locks of a
 * lost client end too.
 */
export function connect(
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

/** Uses a client of its own, which is closed afterwards. */
export async function withClient<T>(
  address: Address,
  options: PostgresOptions,
  clientOptions: ClientOptions,
  use: (client: Sql) => PromiseLike<T>,
): Promise<T> {
  const client = connect(address, options, clientOptions);
  try {
    return await use(client);
  } finally {
    await client.end({ timeout: 5 });
  }
}
