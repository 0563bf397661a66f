import type { EventSender, OutboundEvent, SendResult } from "./port.ts";

/** An open connection to a broker. */
export interface BrokerConnection {
  /** The longest `body` of an event that the broker takes, in bytes. */
  readonly maximumBodyBytes: number;
  /** Aborted, with an Error as its reason, once the connection is of no use any more. */
  readonly lost: AbortSignal;
  /** Sends an event; the result comes with the broker's answer. A rejection means that nothing can be sent now. */
  publish(event: OutboundEvent): Promise<SendResult>;
  /** Takes leave of the broker. */
  close(): Promise<void>;
  /** Ends the connection at once, whatever the broker does. */
  destroy(): void;
}

/** The broker has closed the connection because of one of the events, and does not say which one. */
export class EventRefusedError extends Error {}

/** How long a broker is waited for. A send has both: together they must end before the signal of `send`. */
export interface BrokerLimits {
  /** Default 8. */
  readonly connectTimeoutSeconds?: number;
  /** From the opened connection to the last answer; default 18. */
  readonly answerTimeoutSeconds?: number;
}

/** How a broker is connected to. */
export interface BrokerOptions extends BrokerLimits {
  /** Opens a connection. Rejects with the reason. Gives up when the signal is aborted. */
  open(signal: AbortSignal): Promise<BrokerConnection>;
  /** The destination's URL. No reason contains its password, token or query. */
  readonly url: string;
}

const leaveSeconds = 1;

/**
 * Sends to a broker over one connection, which all calls share. It is opened by the first call, and again by the first call
 * after it was lost or has answered too late. Nothing is queued between calls.
 */
export function createBrokerSender(options: BrokerOptions): EventSender {
  const { answerTimeoutSeconds = 18 } = options;
  const reasonOf = createReasons(options.url);
  let opening: Promise<BrokerConnection> | null = null;
  let current: BrokerConnection | null = null;

  function discard(connection: BrokerConnection): void {
    if (current === connection) [current, opening] = [null, null];
    connection.destroy();
  }

  async function connect(): Promise<BrokerConnection> {
    try {
      const connection = await openInTime(options);
      current = connection;
      connection.lost.addEventListener("abort", () => discard(connection), { once: true });
      if (connection.lost.aborted) discard(connection);
      return connection;
    } catch (error) {
      opening = null;
      throw error;
    }
  }

  return {
    async send(events, signal) {
      opening ??= connect();
      try {
        const connection = await opening;
        const published = await publishAll(connection, events, { signal, answerTimeoutSeconds });
        if (published.failure !== null) discard(connection);
        const reason = reasonOf(published.failure);
        const kind = published.failure instanceof EventRefusedError ? "failed" : "unavailable";
        const missing: SendResult = { kind, reason };
        return published.results.map((result) => result ?? missing);
      } catch (error) {
        const reason = reasonOf(error);
        return events.map(() => ({ kind: "unavailable", reason }));
      }
    },
    async close() {
      const connection = await opening?.catch(() => null);
      if (!connection) return;
      await Promise.race([connection.close().catch(() => {}), Bun.sleep(leaveSeconds * 1000)]);
      discard(connection);
    },
  };
}

/** Opens a connection and closes it again. The reason why there is none, or null. */
export async function probeBroker(options: BrokerOptions): Promise<string | null> {
  try {
    const connection = await openInTime(options);
    await Promise.race([connection.close().catch(() => {}), Bun.sleep(leaveSeconds * 1000)]);
    connection.destroy();
    return null;
  } catch (error) {
    return createReasons(options.url)(error);
  }
}

/** A connection that is opened too late is ended. */
async function openInTime(options: BrokerOptions): Promise<BrokerConnection> {
  const seconds = options.connectTimeoutSeconds ?? 8;
  const late = new AbortController();
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.abort();
    timeout.reject(new Error(`no connection within ${seconds} s`));
  }, seconds * 1000);
  const opened = options.open(late.signal);
  try {
    return await Promise.race([opened, timeout.promise]);
  } catch (error) {
    opened.then(
      (connection) => connection.destroy(),
      () => undefined,
    );
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** The results that came, in the order of the events, and why others did not. */
interface Published {
  readonly results: readonly (SendResult | undefined)[];
  readonly failure: unknown;
}

/** Sends all events without waiting between them, and waits for their results, until the connection is lost or time is up. */
function publishAll(
  connection: BrokerConnection,
  events: readonly OutboundEvent[],
  limits: { readonly signal: AbortSignal; readonly answerTimeoutSeconds: number },
): Promise<Published> {
  const { promise, resolve } = Promise.withResolvers<Published>();
  const results: (SendResult | undefined)[] = events.map(() => undefined);
  let missing = events.length;
  const finish = (failure: unknown): void => {
    clearTimeout(timer);
    limits.signal.removeEventListener("abort", whenLate);
    connection.lost.removeEventListener("abort", whenLost);
    resolve({ results: [...results], failure });
  };
  const whenLost = (): void => finish(connection.lost.reason);
  const whenLate = (): void => finish(new Error("no answer in time"));
  const timer = setTimeout(whenLate, limits.answerTimeoutSeconds * 1000);
  limits.signal.addEventListener("abort", whenLate);
  connection.lost.addEventListener("abort", whenLost);
  if (connection.lost.aborted) whenLost();
  else if (limits.signal.aborted) whenLate();
  else
    for (const [index, event] of events.entries()) {
      void publish(connection, event).then((result) => {
        results[index] = result;
        missing -= 1;
        if (missing === 0) finish(null);
      }, finish);
    }
  return promise;
}

async function publish(connection: BrokerConnection, event: OutboundEvent): Promise<SendResult> {
  const bytes = Buffer.byteLength(event.body);
  const limit = connection.maximumBodyBytes;
  if (bytes <= limit) return await connection.publish(event);
  return { kind: "dead", reason: `the event has ${bytes} bytes; the broker takes ${limit}` };
}

/** Turns errors into reasons: one line of at most 300 characters without the URL's secrets. */
function createReasons(url: string): (error: unknown) => string {
  const { username, password, search } = new URL(url);
  // A username without a password is a token.
  const secret = password === "" ? username : password;
  const secrets = [url, search, secret, decoded(secret)]
    .filter((each) => each !== "")
    .toSorted((first, second) => second.length - first.length);
  return (error) => {
    const message = error instanceof Error && error.message !== "" ? error.message : "no reason";
    const plain = secrets.reduce((text, each) => text.replaceAll(each, "…"), message);
    return plain.replaceAll(/\p{Cc}+/gu, " ").slice(0, 300);
  };
}

/** A part of a URL without its percent-encoding; as it is where that is malformed. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
