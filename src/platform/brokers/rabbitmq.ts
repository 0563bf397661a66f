import type { ChannelModel, ConfirmChannel, Message } from "amqplib";

import type { Logger } from "../log/port.ts";
import {
  type BrokerConnection,
  type BrokerLimits,
  type BrokerOptions,
  createBrokerSender,
  decoded,
  EventRefusedError,
} from "./broker-sender.ts";
import type { EventSender, OutboundEvent, SendResult } from "./port.ts";

/** A RabbitMQ server and how to connect to it. */
export interface RabbitmqOptions extends BrokerLimits {
  /** `amqp://` or `amqps://`, with the virtual host as its path. */
  readonly url: string;
  /** Certificates (PEM) of the authorities to trust instead of those of the system. */
  readonly trustedCertificates?: string;
  readonly log: Pick<Logger, "debug">;
}

const exchange = "gatehouse.events";
/** What RabbitMQ 4 takes by default; RabbitMQ 3 takes more. The server announces no limit. */
const maximumBodyBytes = 16 * 1024 * 1024;
/** On a published message: for example, it is too large. */
const preconditionFailed = 406;

/**
 * Publishes events to the durable topic exchange `gatehouse.events`, which it declares, as persistent messages, and waits for
 * the confirm of each. A message that no queue takes is confirmed too; the log says so at the level `debug`.
 */
export function createRabbitmqSender(options: RabbitmqOptions): EventSender {
  return createBrokerSender(rabbitmqBroker(options));
}

/** How RabbitMQ is connected to. */
export function rabbitmqBroker(options: RabbitmqOptions): BrokerOptions {
  return { ...options, open: (signal) => open(options, signal) };
}

async function open(options: RabbitmqOptions, signal: AbortSignal): Promise<BrokerConnection> {
  const { connect, credentials } = await import("amqplib");
  const { username, password } = new URL(options.url);
  // It destroys the socket: the library itself waits for the server's leave.
  const ending = new AbortController();
  const destroy = (): void => ending.abort();
  signal.addEventListener("abort", destroy);
  try {
    const socketOptions = {
      signal: ending.signal,
      noDelay: true,
      // The library decodes a URL's credentials as Latin-1.
      ...(username === ""
        ? {}
        : { credentials: credentials.plain(decoded(username), decoded(password)) }),
      ...(options.trustedCertificates === undefined ? {} : { ca: options.trustedCertificates }),
      clientProperties: { connection_name: "gatehouse" },
    };
    const model = await connect(options.url, socketOptions);
    return await openChannel(model, destroy, options.log);
  } catch (error) {
    destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", destroy);
  }
}

async function openChannel(
  model: ChannelModel,
  destroy: () => void,
  log: RabbitmqOptions["log"],
): Promise<BrokerConnection> {
  const lost = new AbortController();
  model.on("error", (error) => lost.abort(error));
  model.on("close", () => lost.abort(new Error("the server closed the connection")));
  model.on("blocked", (why) => lost.abort(new Error(`the server takes no messages now: ${why}`)));
  const channel = await model.createConfirmChannel();
  channel.on("error", (error: Error) => {
    const isRefusal = "code" in error && error.code === preconditionFailed;
    lost.abort(isRefusal ? new EventRefusedError(error.message) : error);
  });
  // Before the library's own listener, which ends what is unconfirmed as if the server had rejected it.
  channel.prependListener("close", () => lost.abort(new Error("the server closed the channel")));
  channel.on("return", (message: Message) => {
    log.debug({ event_id: message.properties.messageId }, "no queue takes this event");
  });
  await channel.assertExchange(exchange, "topic", { durable: true });
  return {
    maximumBodyBytes,
    lost: lost.signal,
    publish: (event) => publish(channel, event, lost.signal),
    close: () => model.close(),
    destroy,
  };
}

function publish(
  channel: ConfirmChannel,
  event: OutboundEvent,
  lost: AbortSignal,
): Promise<SendResult> {
  return new Promise((resolve) => {
    const message = {
      persistent: true,
      mandatory: true,
      messageId: event.id,
      type: event.type,
      contentType: "application/json",
      timestamp: Math.floor(event.createdAt.getTime() / 1000),
    };
    channel.publish(exchange, event.type, Buffer.from(event.body), message, (error: unknown) => {
      if (!error) resolve({ kind: "delivered" });
      else if (!lost.aborted)
        resolve({ kind: "failed", reason: "the server rejected the message" });
    });
  });
}
