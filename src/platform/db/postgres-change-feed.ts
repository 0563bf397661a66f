import postgres from "postgres";

import { monotonicMilliseconds } from "../../kernel/clock.ts";
import { type ChangeFeed, changeChannel, createListeners, parseChange } from "./change-feed.ts";

/** How often the connection is asked for a sign of life. */
const heartbeatMilliseconds = 100;
/** The feed counts as live for this long after a sign of life: a silent connection is no connection. */
const leaseMilliseconds = 300;
const reconnectPauseMilliseconds = 100;

type Client = ReturnType<typeof postgres>;

/**
 * Listens on a connection of its own, which no pooler may share. Between a loss, noticed or by silence, and the next
 * successful `LISTEN` the feed is not live.
 */
export function createPostgresChangeFeed(options: {
  url: string;
  applicationName: string;
  connectTimeoutSeconds: number;
}): ChangeFeed {
  const listeners = createListeners();
  let client: Client | null = null;
  let heardAt = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;

  function connect(): Client {
    const connection = postgres(options.url, {
      max: 1,
      idle_timeout: 0,
      max_lifetime: null,
      fetch_types: false,
      connect_timeout: options.connectTimeoutSeconds,
      backoff: () => 0,
      onnotice: () => undefined,
      onclose: () => lose(connection),
      connection: { application_name: `${options.applicationName} changes` },
      ...notificationHandler((payload) => listeners.tell(parseChange(payload))),
    });
    return connection;
  }

  /** Only once for each connection; what it still says afterwards counts for nothing. */
  function lose(lost: Client): void {
    if (client !== lost) return;
    client = null;
    heardAt = Number.NEGATIVE_INFINITY;
    listeners.tell({ subject: "all", id: "" });
    lost.end({ timeout: 0 }).catch(() => undefined);
    scheduleListening(reconnectPauseMilliseconds);
  }

  function scheduleListening(milliseconds: number): void {
    clearTimeout(timer);
    if (!isStopped) timer = setTimeout(() => void listen(), milliseconds);
  }

  async function listen(): Promise<void> {
    const connection = connect();
    client = connection;
    try {
      await connection.unsafe(`listen ${changeChannel}`);
      if (client !== connection) return;
      // Whatever was read before the first notification could arrive is forgotten.
      listeners.tell({ subject: "all", id: "" });
      heardAt = monotonicMilliseconds();
      scheduleHeartbeat(connection);
    } catch {
      lose(connection);
    }
  }

  function scheduleHeartbeat(connection: Client): void {
    if (isStopped) return;
    timer = setTimeout(() => {
      connection.unsafe("select 1").then(
        () => {
          if (client !== connection) return;
          heardAt = monotonicMilliseconds();
          scheduleHeartbeat(connection);
        },
        () => lose(connection),
      );
    }, heartbeatMilliseconds);
  }

  return {
    isLive: () => monotonicMilliseconds() - heardAt < leaseMilliseconds,
    subscribe: listeners.subscribe,
    announce: listeners.tell,
    start: () => listen(),
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      heardAt = Number.NEGATIVE_INFINITY;
      const last = client;
      client = null;
      await last?.end({ timeout: 1 });
    },
  };
}

/** The driver calls `onnotify` for every notification; its types do not know the option. */
function notificationHandler(handle: (payload: string) => void): object {
  return { onnotify: (_channel: string, payload: string) => handle(payload) };
}
