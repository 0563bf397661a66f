import { findSparePort } from "./spare-port.ts";
import { startNats } from "./nats-broker.ts";
import type { ArrivedEvent } from "./test-broker.ts";

/** A destination of events that a test starts and stops, with the settings that name it. */
export interface EventSink extends AsyncDisposable {
  /** The destination's id. */
  readonly id: "webhook" | "nats";
  readonly settings: Record<string, string>;
  /** From now on it cannot be reached. What has arrived stays. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** All that has arrived so far, in the order of arrival. */
  read(): Promise<readonly ArrivedEvent[]>;
}

/** A receiver of webhooks in this process. */
export async function startWebhookSink(): Promise<EventSink> {
  const port = await findSparePort();
  const arrived: ArrivedEvent[] = [];
  const listen = () =>
    Bun.serve({
      port,
      hostname: "127.0.0.1",
      async fetch(request) {
        const body = await request.text();
        const id = request.headers.get("webhook-id") ?? "";
        arrived.push({ id, type: JSON.parse(body).event_type, body, format: {} });
        return new Response(null, { status: 204 });
      },
    });
  let server = listen();
  return {
    id: "webhook",
    settings: {
      WEBHOOK_URL: `http://127.0.0.1:${port}/events`,
      WEBHOOK_SECRET: `whsec_${btoa("a-secret-of-tests-of-32-bytes-01")}`,
      WEBHOOK_ALLOW_PRIVATE: "true",
    },
    stop: () => server.stop(true),
    start() {
      server = listen();
      return Promise.resolve();
    },
    read: () => Promise.resolve(arrived),
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

/** NATS, whose program is at this path. */
export async function startNatsSink(program: string): Promise<EventSink> {
  const broker = await startNats(program);
  return {
    id: "nats",
    settings: { EVENTS_NATS_URL: broker.url },
    stop: () => broker.process.stop(),
    start: () => broker.process.start(),
    read: () => broker.read(),
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  };
}
