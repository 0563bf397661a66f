import postgres from "postgres";

import { startStopwatch } from "../../kernel/clock.ts";
import { type Address, driverOptions } from "./connection/driver-options.ts";
import { changeChannel } from "./change-feed.ts";
import { withDeadline } from "./deadline.ts";
import { createPause } from "./pause.ts";

/** How a listening connection is opened. */
export interface ListeningOptions {
  /** The server's own address: no notification passes a pooler. */
  readonly address: Address;
  readonly serviceName: string;
  /** For opening the connection, and for each query on it. */
  readonly timeoutSeconds: number;
  /** Sends a notification on the channel, over another connection. */
  readonly notify: (payload: string) => Promise<unknown>;
}

/** The events of a listening connection. There is none after `onEnd`. */
export interface ListeningEvents {
  onNotification(payload: string): void;
  /** Every notification was received of what was committed before the heartbeat was sent, `millisecondsSince()` ago. */
  onHeartbeat(millisecondsSince: () => number): void;
  /** Asked after each heartbeat: whether the next one follows soon. */
  isInUse(): boolean;
  onEnd(reason: unknown): void;
}

/** A connection that listens until it fails or is closed. */
export interface ListeningConnection {
  /** Sends a heartbeat now, unless one is on its way. */
  beat(): void;
  /** How long a heartbeat is on its way, in milliseconds; 0 while none is. */
  silentMilliseconds(): number;
  close(): Promise<void>;
}

/** Notifications do not arrive: a pooler shares the connection to the server among several clients. */
export class NotificationsMissingError extends Error {
  constructor() {
    super("notifications do not arrive");
    this.name = "NotificationsMissingError";
  }
}

/** The driver prepares no statement without parameters unless `simple` is false; its types do not declare that. */
const preparedOptions = { prepare: true, simple: false };
const heartbeatPauseMilliseconds = 25;
/** At rest a heartbeat only shows that the network path still exists. */
const restPauseMilliseconds = 5000;
const noSilence = (): number => 0;
const echoPrefix = "echo:";

/**
 * Listens on a connection of its own until that is lost or a query on it times out. After that no query is sent on it: the
 * driver would open a new connection for it, which would not listen.
 */
export function openListeningConnection(
  options: ListeningOptions,
  events: ListeningEvents,
): ListeningConnection {
  const { timeoutSeconds } = options;
  const echoed = Promise.withResolvers<undefined>();
  echoed.promise.catch(() => undefined);
  const pause = createPause();
  let echo = "";
  let hasEnded = false;
  let silence = noSilence;

  function finish(reason: unknown): void {
    if (hasEnded) return;
    hasEnded = true;
    pause.end();
    echoed.reject(reason);
    events.onEnd(reason);
  }

  const client = postgres({
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    fetch_types: false,
    onnotice: () => undefined,
    onclose: () => finish(new Error("the connection was closed")),
    ...driverOptions(options.address, {
      timeoutSeconds,
      serviceName: options.serviceName,
      purpose: " changes",
      preparesStatements: true,
      settings: {},
    }),
    ...notificationHandler((payload) => {
      if (hasEnded) return;
      if (payload === echo) echoed.resolve(undefined);
      else if (!payload.startsWith(echoPrefix)) events.onNotification(payload);
    }),
  });

  /** Prepared, so that the server parses and plans it once for all heartbeats. */
  async function heartbeat(): Promise<void> {
    if (hasEnded) throw new Error("the connection has ended");
    await withDeadline(client.unsafe("select 1", [], preparedOptions), timeoutSeconds);
  }

  /** Listens from the end of this query on; the connection's process id makes its echo unlike that of every other. */
  async function startListening(): Promise<void> {
    if (hasEnded) throw new Error("the connection has ended");
    const both = client.unsafe<[unknown[], { id: number }[]]>(
      `listen ${changeChannel}; select pg_backend_pid() as id`,
    );
    const [, rows] = await withDeadline(both, timeoutSeconds);
    echo = `${echoPrefix}${rows[0]?.id}`;
  }

  /** Sends a notification to itself. A pooler accepts `LISTEN` as well, but passes no notification on. */
  async function verifyNotificationsArrive(): Promise<void> {
    await withDeadline(Promise.race([options.notify(echo), echoed.promise]), timeoutSeconds);
    await withDeadline(echoed.promise, timeoutSeconds).catch(() => {
      throw new NotificationsMissingError();
    });
  }

  async function listen(): Promise<never> {
    await startListening();
    await verifyNotificationsArrive();
    for (;;) {
      const millisecondsSince = startStopwatch();
      silence = millisecondsSince;
      await heartbeat();
      silence = noSilence;
      if (!hasEnded) events.onHeartbeat(millisecondsSince);
      await pause.take(events.isInUse() ? heartbeatPauseMilliseconds : restPauseMilliseconds);
    }
  }

  const listening = listen().catch(finish);

  return {
    beat: pause.end,
    silentMilliseconds: () => silence(),
    async close() {
      finish(new Error("closed"));
      await client.end({ timeout: 0 });
      await listening;
    },
  };
}

/** The driver calls `onnotify` for every notification; its types do not declare the option. */
function notificationHandler(handle: (payload: string) => void): object {
  return { onnotify: (_channel: string, payload: string) => handle(payload) };
}
