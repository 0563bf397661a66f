import type { Sql } from "postgres";

import { startStopwatch } from "../../kernel/clock.ts";

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
  /** Whether an error shows that the connections go to a server which has lost its role, as after a failover. */
  readonly isOutdated?: (error: unknown) => boolean;
  /** Called after a client was replaced because of such an error. */
  readonly onOutdated?: () => void;
}

/** A server that is read-only for another reason would else be connected to anew at each write. */
const shortestLifeMilliseconds = 1000;

/**
 * Replaces the client by a new one of `connect` once a query has had no response, or its error is of an outdated connection. After
 * a failover or on a lost network path the old connections are not closed, and TCP reports the loss only after a quarter of an hour.
 */
export function createRenewedClient(connect: () => Sql, times: RenewalTimes): RenewedClient {
  let current = connect();
  let sinceConnected = startStopwatch();
  const replaced = new Set<Promise<void>>();

  function renew(silent: Sql): void {
    if (current !== silent) return;
    current = connect();
    sinceConnected = startStopwatch();
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
      } catch (error) {
        if (times.isOutdated?.(error) && sinceConnected() >= shortestLifeMilliseconds) {
          renew(client);
          times.onOutdated?.();
        }
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
    async end(timeoutSeconds) {
      await Promise.all([current.end({ timeout: timeoutSeconds }), ...replaced]);
    },
  };
}
