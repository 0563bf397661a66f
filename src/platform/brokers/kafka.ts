import { isIP } from "node:net";
import type { Producer, SASLMechanismValue } from "@platformatic/kafka";

import { describeKafkaFailure } from "./kafka-failure.ts";
import { deliverToKafka } from "./kafka-delivery.ts";
import type { EventSender, SendResult } from "./port.ts";

/** A Kafka cluster and how to connect to it. */
export interface KafkaOptions {
  /** Some of its brokers, as `host:port`. The others are found through them. */
  readonly brokers: readonly string[];
  readonly encrypted: boolean;
  /** Certificates (PEM) of the authorities to trust instead of those of the system. */
  readonly trustedCertificates?: string;
  readonly credentials: KafkaCredentials | null;
  /** The longest time for one call of `send`, with its retries; default 26. */
  readonly sendTimeoutSeconds?: number;
}

/** SASL (RFC 4422). `plain` sends the password itself, so that it needs encryption. */
export interface KafkaCredentials {
  readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
  readonly username: string;
  readonly password: string;
}

/** A producer, and the end of the send that was requested last. */
interface Session {
  readonly producer: Promise<Producer<string, string, string, string>>;
  idle: Promise<unknown>;
}

/** Together 2.5 s: a new topic and a broker that has just started need some seconds. The relay makes all other retries. */
const retries = 10;
const retryDelayMilliseconds = 250;

const mechanisms = {
  plain: "PLAIN",
  "scram-sha-256": "SCRAM-SHA-256",
  "scram-sha-512": "SCRAM-SHA-512",
} satisfies Record<KafkaCredentials["mechanism"], SASLMechanismValue>;

/**
 * Produces events to the topic `gatehouse.events` with an idempotent producer, and waits for all replicas in sync. A missing
 * topic is made where the brokers create topics. One send at a time: the producer's sequence numbers allow no other.
 */
export function createKafkaSender(options: KafkaOptions): EventSender {
  const { sendTimeoutSeconds = 26 } = options;
  let session: Session | null = null;

  /** Nothing of a discarded session goes on: events that are sent again must not be sent by it too. */
  function discard(discarded: Session): void {
    if (session === discarded) session = null;
    void discarded.producer.then(destroy, () => {});
  }

  return {
    async send(events, signal) {
      session ??= { producer: openProducer(options), idle: Promise.resolve() };
      const current = session;
      const results: SendResult[] = events.map(() => unavailable("Kafka gives no answer in time"));
      const late = deadline(signal, sendTimeoutSeconds);
      const sending = current.idle.then(async () => {
        if (late.signal.aborted) return;
        await deliverToKafka(await current.producer, events, (index, result) => {
          results[index] = result;
        });
      });
      current.idle = sending.catch(() => {});
      try {
        await Promise.race([sending, late.passed]);
        if (late.signal.aborted) discard(current);
        return [...results];
      } catch (error) {
        discard(current);
        const { reason } = describeKafkaFailure(error);
        return results.map((result) =>
          result.kind === "unavailable" ? unavailable(reason) : result,
        );
      } finally {
        late.clear();
      }
    },
    async close() {
      const closing = session;
      session = null;
      await closing?.producer.then(destroy, () => {});
    },
  };
}

/** Reads the cluster's metadata, which needs a connection and a login. The reason why that fails, or null. */
export async function probeKafka(options: KafkaOptions): Promise<string | null> {
  const producer = openProducer(options);
  try {
    await (await producer).metadata({ topics: [] });
    return null;
  } catch (error) {
    return describeKafkaFailure(error).reason;
  } finally {
    void producer.then(destroy, () => {});
  }
}

async function openProducer(options: KafkaOptions) {
  const { brokers, credentials, encrypted, trustedCertificates } = options;
  const { Producer: KafkaProducer, stringSerializers } = await import("@platformatic/kafka");
  const bootstrapBrokers = brokers.map(readBroker);
  return new KafkaProducer<string, string, string, string>({
    clientId: "gatehouse",
    bootstrapBrokers,
    idempotent: true,
    autocreateTopics: true,
    serializers: stringSerializers,
    retries,
    retryDelay: retryDelayMilliseconds,
    connectTimeout: 5_000,
    timeout: 15_000,
    requestTimeout: 20_000,
    metadataMaxAge: 60_000,
    ...(encrypted
      ? {
          tls: trustedCertificates === undefined ? {} : { ca: trustedCertificates },
          // An address is not a server name (RFC 6066 §3).
          tlsServerName: bootstrapBrokers.every(({ host }) => isIP(host) === 0),
        }
      : {}),
    ...(credentials === null
      ? {}
      : { sasl: { ...credentials, mechanism: mechanisms[credentials.mechanism] } }),
  });
}

function readBroker(broker: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(`kafka://${broker}`);
  return { host: hostname.replaceAll(/^\[|\]$/g, ""), port: Number(port) };
}

/** The client's own close waits until a broker has taken what was written to the connection. */
async function destroy(producer: Producer<string, string, string, string>): Promise<void> {
  const sockets = [...producer.connections].map(([, connection]) => connection.socket);
  const closed = producer.close(true);
  for (const socket of sockets) socket.destroy();
  await closed.catch(() => {});
}

function unavailable(reason: string): SendResult {
  return { kind: "unavailable", reason };
}

/** A signal that is aborted with the given one or after some time, and a promise that resolves then. */
function deadline(signal: AbortSignal, seconds: number) {
  const late = new AbortController();
  const { promise: passed, resolve } = Promise.withResolvers<void>();
  const end = (): void => {
    late.abort();
    resolve();
  };
  const timer = setTimeout(end, seconds * 1000);
  signal.addEventListener("abort", end);
  if (signal.aborted) end();
  const clear = (): void => {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  };
  return { signal: late.signal, passed, clear };
}
