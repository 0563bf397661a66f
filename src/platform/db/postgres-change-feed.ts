import type { Logger } from "../log/port.ts";
import { type ChangeFeed, createListeners, parseChange } from "./change-feed.ts";
import { describeError } from "./errors.ts";
import {
  type ListeningConnection,
  type ListeningOptions,
  NotificationsMissingError,
  openListeningConnection,
} from "./listening-connection.ts";

/**
 * The feed is live for this long after the last successful heartbeat was sent. While it is live, whatever happens to the
 * connection, a change that this replica was not notified of was committed no longer ago than that.
 */
const leaseMilliseconds = 100;
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
  let connection: ListeningConnection | null = null;
  let endPause = (): void => undefined;
  const settled = Promise.withResolvers<undefined>();
  let running: Promise<void> | null = null;
  let isStopped = false;
  let hasWarned = false;

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
        sinceHeartbeat = millisecondsSince;
        settled.resolve(undefined);
      },
      onEnd(reason) {
        sinceHeartbeat = never;
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
      await pause(pauseMilliseconds);
    }
  }

  async function pause(milliseconds: number): Promise<void> {
    if (isStopped) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
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
    isLive: () => sinceHeartbeat() < leaseMilliseconds,
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
      endPause();
      await connection?.close();
      await running;
    },
  };
}
