import type { Sql } from "postgres";

/** A client of the driver that is given up, and another taken, when the server has gone without a word. */
export interface RenewedClient {
  /** Sends a query by the present client. */
  send<T>(query: (client: Sql) => PromiseLike<T>): Promise<T>;
  /** Waits for queries under way, for at most `timeoutSeconds`, and closes the connections. */
  end(timeoutSeconds: number): Promise<void>;
}

/** When a client is given up. */
export interface Patience {
  /** After how long without an answer to a query; longer than the server lets a statement run. */
  readonly silenceSeconds: number;
  /** How long its other queries may still take, for some of its connections may be sound. */
  readonly farewellSeconds: number;
}

/**
 * Takes a new client from `connect` once a query has gone unanswered. After a failover or on a lost network path the old
 * connections are never closed, and TCP itself gives up only after a quarter of an hour.
 */
export function createRenewedClient(connect: () => Sql, patience: Patience): RenewedClient {
  let present = connect();
  const leaving = new Set<Promise<void>>();

  function renew(silent: Sql): void {
    if (present !== silent) return;
    present = connect();
    const left = silent
      .end({ timeout: patience.farewellSeconds })
      .finally(() => leaving.delete(left));
    leaving.add(left);
  }

  return {
    async send(query) {
      const client = present;
      const timer = setTimeout(() => renew(client), patience.silenceSeconds * 1000);
      try {
        return await query(client);
      } finally {
        clearTimeout(timer);
      }
    },
    async end(timeoutSeconds) {
      await Promise.all([present.end({ timeout: timeoutSeconds }), ...leaving]);
    },
  };
}
