import type { Logger } from "../log/port.ts";
import { type ChangeFeed, createListeners, parseChange } from "./change-feed.ts";
import { describeError } from "./errors.ts";
import {
  type ListeningConnection,
  type ListeningOptions,
  NotificationsMissingError,
  openListeningConnection,
} from "./listening-connection.ts";
import { createPause } from "./pause.ts";

/**
 * The feed is live for this long after the last successful heartbeat was sent. While it is live, whatever happens to the
 * connection, a change that this replica was not notified of was committed no longer ago than that.
 */
const leaseMilliseconds = 100;
/** Heartbeats follow each other until so many in a row, a quarter of a second, found that the lease was not asked for. */
const unusedHeartbeats = 10;
const shortestPauseMilliseconds = 100;
const longestPauseMilliseconds = 2000;
const never = (): number => Number.POSITIVE_INFINITY;

/** The feed of a Postgres server. */
export interface PostgresChangeFeed extends ChangeFeed {
  /** Ends the present connection, and opens another one: the server has lost its role. */
  interrupt(): void;
}

/** The feed of a Postgres server. Once started, it reconnects until it is stopped; a failed connection fails no request. */
export function createPostgresChangeFeed(
  options: ListeningOptions & { log: Logger },
): PostgresChangeFeed {
  const { log } = options;
  const listeners = createListeners();
  let sinceHeartbeat = never;
  /** How long the last heartbeat was on its way, there and back. */
  let roundTripMilliseconds = 0;
  let connection: ListeningConnection | null = null;
  const pause = createPause();
  /** Settled by the next heartbeat, or by the end of the connection; null while no request waits for it. */
  let awaited: PromiseWithResolvers<void> | null = null;
  let wasAsked = false;
  let unused = 0;
  const settled = Promise.withResolvers<undefined>();
  let running: Promise<void> | null = null;
  let isStopped = false;
  let hasWarned = false;
  /** Whether the present connection has shown that notifications arrive on it. */
  let isVerified = false;

  function isLive(): boolean {
    wasAsked = true;
    if (sinceHeartbeat() < leaseMilliseconds) return true;
    connection?.beat();
    return false;
  }

  function isListening(): boolean {
    return isVerified && (connection?.silentMilliseconds() ?? 0) < leaseMilliseconds;
  }

  function endWait(): void {
    awaited?.resolve();
    awaited = null;
  }

  /**
   * For all requests that arrive meanwhile one heartbeat is awaited, no longer than a lease; none where the last took as long,
   * since the lease would then be over when it arrives.
   */
  async function whenLive(): Promise<boolean> {
    if (isLive()) return true;
    if (!isListening() || roundTripMilliseconds >= leaseMilliseconds) return false;
    if (awaited === null) {
      const wait = Promise.withResolvers<void>();
      const timer = setTimeout(endWait, leaseMilliseconds);
      void wait.promise.then(() => clearTimeout(timer));
      awaited = wait;
    }
    await awaited.promise;
    return isLive();
  }

  /** Opens one connection and waits until it ends. Returns whether it was ever live. */
  async function listenOnce(): Promise<boolean> {
    let wasLive = false;
    const ended = Promise.withResolvers<unknown>();
    connection = openListeningConnection(options, {
      onNotification: (payload) => listeners.notify(parseChange(payload)),
      onHeartbeat(millisecondsSince) {
        // Notifications may be missing from before this connection: everything that was read until now is out of date.
        if (!wasLive) listeners.notify({ subject: "all", id: "" });
        wasLive = true;
        isVerified = true;
        sinceHeartbeat = millisecondsSince;
        roundTripMilliseconds = millisecondsSince();
        settled.resolve(undefined);
        endWait();
      },
      isInUse() {
        unused = wasAsked ? 0 : unused + 1;
        wasAsked = false;
        return unused < unusedHeartbeats;
      },
      onEnd(reason) {
        isVerified = false;
        sinceHeartbeat = never;
        endWait();
        ended.resolve(reason);
      },
    });
    report(await ended.promise);
    await connection.close();
    settled.resolve(undefined);
    return wasLive;
  }

  async function run(): Promise<void> {
    let pauseMilliseconds = shortestPauseMilliseconds;
    while (!isStopped) {
      const wasLive = await listenOnce();
      pauseMilliseconds = wasLive
        ? shortestPauseMilliseconds
        : Math.min(pauseMilliseconds * 2, longestPauseMilliseconds);
      if (!isStopped) await pause.take(pauseMilliseconds);
    }
  }

  function report(reason: unknown): void {
    if (isStopped) return;
    if (!(reason instanceof NotificationsMissingError)) {
      log.debug(describeError(reason), "the change feed is interrupted: no cached record is used");
    } else if (!hasWarned) {
      hasWarned = true;
      log.warn(
        {},
        "notifications of the database do not arrive, perhaps because of a pooler: every token is looked up in the database",
      );
    }
  }

  return {
    isLive,
    whenLive,
    isListening,
    subscribe: listeners.subscribe,
    announce: listeners.notify,
    interrupt: () => void connection?.close(),
    async start() {
      if (isStopped) return;
      running ??= run();
      await settled.promise;
    },
    async stop() {
      isStopped = true;
      pause.end();
      await connection?.close();
      await running;
    },
  };
}
