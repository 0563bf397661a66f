import type { JetStreamClient, JetStreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";

import {
  type BrokerConnection,
  type BrokerLimits,
  type BrokerOptions,
  createBrokerSender,
  decoded,
} from "./broker-sender.ts";
import { firstAnswer } from "./first-answer.ts";
import type { EventSender, OutboundEvent, SendResult } from "./port.ts";

/** A NATS server and how to connect to it. */
export interface NatsOptions extends BrokerLimits {
  /** `nats://` or `tls://`, with a username and a password, or a token in place of the username. */
  readonly url: string;
  /** Certificates (PEM) of the authorities to trust instead of those of the system. */
  readonly trustedCertificates?: string;
}

const stream = "GATEHOUSE";
const subjects = "gatehouse.>";
/** Headers count towards a message's size too. */
const headerBytes = 1024;
const requestMilliseconds = 30_000;
const streamNotFound = 10_059;
const messageTooLarge = 10_054;

/**
 * Publishes events to the JetStream stream `GATEHOUSE`, which it makes if it is missing, and waits for the acknowledgement of
 * each. JetStream drops an event whose `Nats-Msg-Id` it already has; how long it remembers them is the stream's setting.
 */
export function createNatsSender(options: NatsOptions): EventSender {
  return createBrokerSender(natsBroker(options));
}

/** How NATS is connected to. */
export function natsBroker(options: NatsOptions): BrokerOptions {
  return { ...options, open: (signal) => open(options, signal) };
}

async function open(options: NatsOptions, signal: AbortSignal): Promise<BrokerConnection> {
  const url = new URL(options.url);
  // The client leaves a socket open when a server accepts the connection and then says nothing.
  await firstAnswer({ url, defaultPort: 4222, encrypted: false }, signal);
  const { connect } = await import("@nats-io/transport-node");
  const nats = await connect({
    servers: url.host,
    name: "gatehouse",
    ...credentialsOf(url),
    ...encryptionOf(url, options.trustedCertificates),
    // A lost connection is given up, so that nothing is queued for a later one.
    reconnect: false,
    timeout: (options.connectTimeoutSeconds ?? 8) * 1000,
    pingInterval: 30_000,
  });
  const stop = (): void => void nats.close();
  signal.addEventListener("abort", stop);
  try {
    return await openStream(nats, signal);
  } catch (error) {
    await nats.close();
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function credentialsOf({ username, password }: URL) {
  if (username === "") return {};
  if (password === "") return { token: decoded(username) };
  return { user: decoded(username), pass: decoded(password) };
}

/** With `tls://` the server must offer encryption; with `nats://` it is used where the server offers it. */
function encryptionOf({ protocol }: URL, ca: string | undefined) {
  if (protocol !== "tls:") return {};
  return { tls: ca === undefined ? {} : { ca } };
}

async function openStream(nats: NatsConnection, signal: AbortSignal): Promise<BrokerConnection> {
  const { jetstream, jetstreamManager } = await import("@nats-io/jetstream");
  const limits = { timeout: requestMilliseconds };
  const lost = watch(nats);
  await makeStream(await jetstreamManager(nats, { ...limits, checkAPI: false }));
  signal.throwIfAborted();
  const client = jetstream(nats, limits);
  return {
    maximumBodyBytes: (nats.info?.max_payload ?? 1024 * 1024) - headerBytes,
    lost,
    publish: (event) => publish(client, event),
    close: () => nats.close(),
    destroy: () => void nats.close(),
  };
}

async function makeStream(manager: JetStreamManager): Promise<void> {
  try {
    await manager.streams.info(stream);
  } catch (error) {
    if (codeOf(error) !== streamNotFound) throw error;
    await manager.streams.add({ name: stream, subjects: [subjects] });
  }
}

async function publish(client: JetStreamClient, event: OutboundEvent): Promise<SendResult> {
  try {
    await client.publish(`gatehouse.${event.type}`, event.body, { msgID: event.id });
    return { kind: "delivered" };
  } catch (error) {
    if (codeOf(error) === messageTooLarge)
      return { kind: "dead", reason: "the event is larger than the stream's max_msg_size" };
    if (error instanceof Error && error.name === "JetStreamNotEnabled")
      throw new Error(`no stream takes ${subjects}: is ${stream} there?`, { cause: error });
    throw error;
  }
}

/** A signal that is aborted when the connection ends, or when the server refuses what was sent on it. */
function watch(nats: NatsConnection): AbortSignal {
  const lost = new AbortController();
  void nats.closed().then((error) => {
    lost.abort(error instanceof Error ? error : new Error("the server closed the connection"));
  });
  void (async () => {
    for await (const status of nats.status()) {
      if (status.type === "error") lost.abort(status.error);
    }
  })();
  return lost.signal;
}

/** The code that JetStream gives its error, or null for an error of another kind. */
function codeOf(error: unknown): number | null {
  return error instanceof Error && "code" in error && typeof error.code === "number"
    ? error.code
    : null;
}
