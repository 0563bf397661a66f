import type { Logger } from "../log/port.ts";
import { type ChangeFeed, createListeners, parseChange } from "./change-feed.ts";
import { describeError } from "./errors.ts";
import {
  DeafConnectionError,
  type ListeningConnection,
  type ListeningOptions,
  openListeningConnection,
} from "./listening-connection.ts";

/**
 * The feed is live for this long after the last question that was answered was asked. So whatever happens to the connection,
 * a change that this replica has not heard of is not older than that.
 */
const leaseMilliseconds = 100;
const shortestPauseMilliseconds = 100;
const longestPauseMilliseconds = 2000;
const never = (): number => Number.POSITIVE_INFINITY;

/** The feed of a Postgres server. Connects again and again once it is started; that is never an error of anybody's request. */
export function createPostgresChangeFeed(options: ListeningOptions & { log: Logger }): ChangeFeed {
  const { log } = options;
  const listeners = createListeners();
  let sinceHeard = never;
  let connection: ListeningConnection | null = null;
  let endPause = (): void => undefined;
  const settled = Promise.withResolvers<undefined>();
  let running: Promise<void> | null = null;
  let isStopped = false;
  let isKnownToBeDeaf = false;

  /** One connection, from its opening to its end; tells whether it was ever live. */
  async function listenOnce(): Promise<boolean> {
    let wasLive = false;
    const over = Promise.withResolvers<unknown>();
    connection = openListeningConnection(options, {
      onNotification: (payload) => listeners.tell(parseChange(payload)),
      onHeard(millisecondsAgo) {
        // Before, changes went unheard: nothing may stay that was read until now.
        if (!wasLive) listeners.tell({ subject: "all", id: "" });
        wasLive = true;
        sinceHeard = millisecondsAgo;
        settled.resolve(undefined);
      },
      onOver(reason) {
        sinceHeard = never;
        over.resolve(reason);
      },
    });
    report(await over.promise);
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
    if (!(reason instanceof DeafConnectionError)) {
      log.debug(describeError(reason), "no news of changes: nothing is answered from memory");
    } else if (!isKnownToBeDeaf) {
      isKnownToBeDeaf = true;
      log.warn(
        {},
        "notifications of the database do not arrive, perhaps because of a pooler: every token is looked up there",
      );
    }
  }

  return {
    isLive: () => sinceHeard() < leaseMilliseconds,
    subscribe: listeners.subscribe,
    announce: listeners.tell,
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
