import type { Sql } from "postgres";

/** A client of the driver that is replaced by a new one when the server has stopped responding. */
export interface RenewedClient {
  /** Sends a query through the current client. */
  send<T>(query: (client: Sql) => PromiseLike<T>): Promise<T>;
  /** Waits for the queries in progress, at most `timeoutSeconds`, and closes the connections. */
  end(timeoutSeconds: number): Promise<void>;
}

/** When a client is replaced. */
export interface RenewalTimes {
  /** A client is replaced once a query has had no response for this long: longer than the server lets a statement run. */
  readonly silenceSeconds: number;
  /** How long the other queries of a replaced client may still take: some of its connections may still work. */
  readonly drainSeconds: number;
}

/**
 * Replaces the client by a new one of `connect` once a query has had no response. After a failover or on a lost network path
 * the old connections are not closed, and TCP reports the loss only after a quarter of an hour.
 */
export function createRenewedClient(connect: () => Sql, times: RenewalTimes): RenewedClient {
  let current = connect();
  const replaced = new Set<Promise<void>>();

  function renew(silent: Sql): void {
    if (current !== silent) return;
    current = connect();
    const closed = silent
      .end({ timeout: times.drainSeconds })
      .finally(() => replaced.delete(closed));
    replaced.add(closed);
  }

  return {
    async send(query) {
      const client = current;
      const timer = setTimeout(() => renew(client), times.silenceSeconds * 1000);
      try {
        return await query(client);
      } finally {
        clearTimeout(timer);
      }
    },
    async end(timeoutSeconds) {
      await Promise.all([current.end({ timeout: timeoutSeconds }), ...replaced]);
    },
  };
}
