import postgres from "postgres";

import { startStopwatch } from "../../kernel/clock.ts";
import { changeChannel } from "./change-feed.ts";
import { withDeadline } from "./deadline.ts";

/** How a connection that listens is made. */
export interface ListeningOptions {
  readonly url: string;
  readonly applicationName: string;
  /** For opening the connection, and for each answer on it. */
  readonly timeoutSeconds: number;
  /** Sends a notification on the channel by another connection. */
  readonly notify: (payload: string) => Promise<unknown>;
}

/** What is learnt from it. Nothing comes after `onOver`. */
export interface ListeningEvents {
  onNotification(payload: string): void;
  /** Whatever was committed until so many milliseconds ago has been told by now. */
  onHeard(millisecondsAgo: () => number): void;
  onOver(reason: unknown): void;
}

/** A connection that listens, until it is over or closed. */
export interface ListeningConnection {
  close(): Promise<void>;
}

/** What is told does not arrive: something in between lends the server's end of the connection to others. */
export class DeafConnectionError extends Error {
  constructor() {
    super("notifications do not arrive");
    this.name = "DeafConnectionError";
  }
}

const heartbeatPauseMilliseconds = 25;
const echoPrefix = "echo:";

/**
 * Listens on a connection of its own until that is lost or leaves a question unanswered. The driver would open it anew when
 * next asked, without listening: once it is over, nothing is asked of it.
 */
export function openListeningConnection(
  options: ListeningOptions,
  events: ListeningEvents,
): ListeningConnection {
  const { timeoutSeconds } = options;
  const echoed = Promise.withResolvers<undefined>();
  echoed.promise.catch(() => undefined);
  let echo = "";
  let isOver = false;

  function finish(reason: unknown): void {
    if (isOver) return;
    isOver = true;
    echoed.reject(reason);
    events.onOver(reason);
  }

  const client = postgres(options.url, {
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    fetch_types: false,
    connect_timeout: Math.max(1, Math.floor(timeoutSeconds)),
    onnotice: () => undefined,
    onclose: () => finish(new Error("the connection was closed")),
    connection: { application_name: options.applicationName },
    ...notificationHandler((payload) => {
      if (isOver) return;
      if (payload === echo) echoed.resolve(undefined);
      else if (!payload.startsWith(echoPrefix)) events.onNotification(payload);
    }),
  });

  async function ask(query: string) {
    if (isOver) throw new Error("the connection is over");
    return withDeadline(client.unsafe(query), timeoutSeconds);
  }

  /** Prepared, so that the server parses and plans it once for all heartbeats. */
  async function heartbeat(): Promise<void> {
    if (isOver) throw new Error("the connection is over");
    await withDeadline(client.unsafe("select 1", [], { prepare: true }), timeoutSeconds);
  }

  /** Proves that what others tell is heard here: a pooler answers `LISTEN` as if all were well. */
  async function hearOneself(): Promise<void> {
    const [row] = await ask("select pg_backend_pid() as id");
    echo = `${echoPrefix}${String(row?.["id"])}`;
    await withDeadline(Promise.race([options.notify(echo), echoed.promise]), timeoutSeconds);
    await withDeadline(echoed.promise, timeoutSeconds).catch(() => {
      throw new DeafConnectionError();
    });
  }

  async function listen(): Promise<never> {
    await ask(`listen ${changeChannel}`);
    await hearOneself();
    for (;;) {
      const sinceAsked = startStopwatch();
      await heartbeat();
      if (!isOver) events.onHeard(sinceAsked);
      await Bun.sleep(heartbeatPauseMilliseconds);
    }
  }

  const listening = listen().catch(finish);

  return {
    async close() {
      finish(new Error("closed"));
      await client.end({ timeout: 0 });
      await listening;
    },
  };
}

/** The driver calls `onnotify` for every notification; its types do not know the option. */
function notificationHandler(handle: (payload: string) => void): object {
  return { onnotify: (_channel: string, payload: string) => handle(payload) };
}
