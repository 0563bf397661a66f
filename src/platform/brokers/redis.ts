import { RedisClient } from "bun";

import {
  type BrokerConnection,
  type BrokerLimits,
  type BrokerOptions,
  createBrokerSender,
  decoded,
} from "./broker-sender.ts";
import { firstAnswer } from "./first-answer.ts";
import type { EventSender, OutboundEvent, SendResult } from "./port.ts";

/** A Redis server and how to connect to it. */
export interface RedisOptions extends BrokerLimits {
  /** `redis://` or `rediss://`, with the number of the database as its path. */
  readonly url: string;
  /** Certificates (PEM) of the authorities to trust instead of those of the system. */
  readonly trustedCertificates?: string;
}

const stream = "gatehouse:events";
const maximumEntries = "1000000";
/** Far below what Redis takes (512 MB), and far above what any event has. */
const maximumBodyBytes = 16 * 1024 * 1024;

/**
 * Adds events to the Redis stream `gatehouse:events`, which keeps about the last million, and waits for the answer to each. An
 * event that is sent again is in the stream twice, with the same `event_id`.
 */
export function createRedisSender(options: RedisOptions): EventSender {
  return createBrokerSender(redisBroker(options));
}

/** How Redis is connected to. */
export function redisBroker(options: RedisOptions): BrokerOptions {
  return { ...options, open: (signal) => open(options, signal) };
}

async function open(options: RedisOptions, signal: AbortSignal): Promise<BrokerConnection> {
  const { trustedCertificates } = options;
  const client = new RedisClient(options.url, {
    connectionTimeout: (options.connectTimeoutSeconds ?? 8) * 1000,
    // A lost connection is given up, so that nothing is queued for a later one.
    autoReconnect: false,
    enableOfflineQueue: false,
    maxRetries: 0,
    ...(trustedCertificates === undefined ? {} : { tls: { ca: trustedCertificates } }),
  });
  const lost = new AbortController();
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- it is no EventTarget
  client.onclose = (error) => lost.abort(error);
  const stop = (): void => client.close();
  signal.addEventListener("abort", stop);
  try {
    await client.connect();
  } catch (error) {
    client.close();
    throw (await findReason(options, signal)) ?? error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
  return {
    maximumBodyBytes,
    lost: lost.signal,
    publish: (event) => publish(client, event),
    close: async () => client.close(),
    destroy: () => client.close(),
  };
}

async function publish(client: RedisClient, event: OutboundEvent): Promise<SendResult> {
  const { id, type, body } = event;
  const fields = ["event_id", id, "event_type", type, "event", body];
  await client.send("XADD", [stream, "MAXLEN", "~", maximumEntries, "*", ...fields]);
  return { kind: "delivered" };
}

/** Bun's client says of every failure that the connection is closed. The server is asked once more for its own words. */
async function findReason(options: RedisOptions, signal: AbortSignal): Promise<Error | null> {
  const url = new URL(options.url);
  const { username, password } = url;
  const login = [username, password].map(decoded).filter((part) => part !== "");
  const words = login.length > 0 ? ["AUTH", ...login] : ["PING"];
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  try {
    const answer = await firstAnswer(
      {
        ...options,
        url,
        defaultPort: 6379,
        encrypted: url.protocol === "rediss:",
        text: `*${words.length}\r\n${parts.join("")}`,
      },
      signal,
    );
    return answer.startsWith("-") ? new Error(answer.slice(1).trim()) : null;
  } catch (error) {
    return error instanceof Error ? error : null;
  }
}
