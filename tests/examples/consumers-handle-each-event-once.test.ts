import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createHmac } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createKafkaSender } from "../../src/platform/brokers/kafka.ts";
import { createNatsSender } from "../../src/platform/brokers/nats.ts";
import type { EventSender, OutboundEvent } from "../../src/platform/brokers/port.ts";
import { createRabbitmqSender } from "../../src/platform/brokers/rabbitmq.ts";
import { createRedisSender } from "../../src/platform/brokers/redis.ts";
import { eventually } from "../support/eventually.ts";
import { describeWhere, type Found, findProgram } from "../support/installed-program.ts";
import { type KafkaBroker, kafkaAddress, startKafka } from "../support/kafka-broker.ts";
import { findKafka } from "../support/kafka-programs.ts";
import { startNats } from "../support/nats-broker.ts";
import { findPythonLibraries } from "../support/python-libraries.ts";
import { quietLog } from "../support/quiet-log.ts";
import { startRabbitmq } from "../support/rabbitmq-broker.ts";
import { startRedis } from "../support/redis-broker.ts";
import { findSparePort } from "../support/spare-port.ts";
import type { TestBroker } from "../support/test-broker.ts";

setDefaultTimeout(120_000);

const examples = join(import.meta.dir, "../../examples/consumers");
const arrivalSeconds = 60;

interface Destination {
  readonly name: string;
  find(): Found | Promise<Found>;
  start(program: string): Promise<TestBroker>;
  create(url: string): EventSender;
  /** The settings of the consumer. */
  settings(broker: TestBroker): Readonly<Record<string, string>>;
}

const destinations: readonly Destination[] = [
  {
    name: "nats",
    find: () => findProgram("nats-server"),
    start: startNats,
    create: (url) => createNatsSender({ url }),
    settings: ({ url }) => ({ NATS_URL: url }),
  },
  {
    name: "rabbitmq",
    find: () => findProgram("rabbitmq-server"),
    start: startRabbitmq,
    create: (url) => createRabbitmqSender({ url, log: quietLog }),
    settings: ({ url }) => ({ AMQP_URL: url }),
  },
  {
    name: "redis",
    find: () => findProgram("redis-server"),
    start: startRedis,
    create: (url) => createRedisSender({ url }),
    settings: ({ url }) => ({ REDIS_URL: url }),
  },
  {
    name: "kafka",
    find: findKafka,
    start: startKafka,
    create: (url) => createKafkaSender(kafkaAddress(url)),
    settings: (broker) => ({ KAFKA_BROKERS: openListenerOf(broker) }),
  },
];

interface Language {
  readonly name: string;
  /** The command for a program, by its words: `nats consumer`. */
  command(words: readonly string[]): string[];
  readonly environment: Readonly<Record<string, string>>;
}

const typescript: Language = {
  name: "TypeScript",
  command: (words) => [process.execPath, join(examples, "typescript", `${words.join("-")}.ts`)],
  environment: {},
};

function python(libraries: string): Language {
  return {
    name: "Python",
    command: (words) => ["python3", join(examples, "python", `${words.join("_")}.py`)],
    environment: { PYTHONPATH: libraries, PYTHONDONTWRITEBYTECODE: "1" },
  };
}

const pythonLibraries = await findPythonLibraries(join(examples, "python/requirements.txt"));

/** Describes the consumers of both languages; those in Python are skipped where their libraries are missing. */
function describeLanguages(name: string, body: (language: Language) => void): void {
  describe(`${name} in TypeScript`, () => body(typescript));
  describeWhere(`${name} in Python`, pythonLibraries, (libraries) => body(python(libraries)));
}

for (const destination of destinations) {
  describeWhere(`the consumer of ${destination.name}`, await destination.find(), (program) => {
    let broker: TestBroker;
    let sender: EventSender;
    beforeAll(async () => {
      broker = await destination.start(program);
      sender = destination.create(broker.url);
    });
    afterAll(async () => {
      await sender?.close();
      await broker?.[Symbol.asyncDispose]();
    });

    describeLanguages("the example", (language) => {
      test("handles an event that is sent again once, also after a restart", async () => {
        await using home = await createHome();
        const environment = { ...home.environment, ...destination.settings(broker) };
        const events = [createEvent("user.registered"), createEvent("user.logged_in")];
        await send(sender, events);

        {
          await using consumer = run(language, [destination.name, "consumer"], environment);
          // RabbitMQ keeps an event only once the consumer has declared its queue.
          await repeat(
            () => send(sender, events.map(copyOf)),
            () => events.every((event) => consumer.lines().includes(again(event))),
          );
          for (const event of events) expect(consumer.count(handled(event))).toBe(1);
        }

        const later = createEvent("user.deleted");
        await send(sender, [...events.map(copyOf), later]);
        await using consumer = run(language, [destination.name, "consumer"], environment);
        await eventually(consumer.lines, (lines) => lines.includes(handled(later)), arrivalSeconds);
        for (const event of events) expect(consumer.count(handled(event))).toBe(0);
      });
    });
  });
}

describe("the receiver of webhooks", () => {
  const secret = `whsec_${Buffer.from("a secret of the tests, 32 bytes!").toString("base64")}`;

  describeLanguages("the example", (language) => {
    test("handles a genuine event once, and refuses others", async () => {
      await using home = await createHome();
      const port = String(await findSparePort());
      const environment = { ...home.environment, WEBHOOK_SECRET: secret, PORT: port };
      await using receiver = run(language, ["webhook", "receiver"], environment);
      const event = createEvent("user.registered");
      const post = (changes: WebhookChanges = {}): Promise<number> =>
        postWebhook(port, secret, event, changes);

      await eventually(
        () => post({ signature: "v1,AAAA" }).catch(() => 0),
        (status) => status === 401,
        arrivalSeconds,
      );
      expect(await post({ body: `${event.body} ` })).toBe(401);
      expect(await post({ secondsAgo: 600 })).toBe(401);
      expect(await post({ time: "now" })).toBe(401);
      expect(receiver.lines()).toEqual([]);
      expect(await post()).toBe(204);
      expect(await post({ otherSignature: "v1,AAAA" })).toBe(204);
      await eventually(receiver.lines, (lines) => lines.length === 2);
      expect(receiver.lines()).toEqual([handled(event), again(event)]);
    });
  });
});

interface WebhookChanges {
  readonly body?: string;
  readonly signature?: string;
  /** One more, before the right one, as during a change of the secret. */
  readonly otherSignature?: string;
  readonly secondsAgo?: number;
  readonly time?: string;
}

async function postWebhook(
  port: string,
  secret: string,
  event: OutboundEvent,
  changes: WebhookChanges,
): Promise<number> {
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const time = changes.time ?? String(Math.floor(Date.now() / 1000) - (changes.secondsAgo ?? 0));
  const signed = `${event.id}.${time}.${event.body}`;
  const right = `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
  const signatures = [changes.otherSignature, changes.signature ?? right];
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "webhook-id": event.id,
      "webhook-timestamp": time,
      "webhook-signature": signatures.filter((each) => each !== undefined).join(" "),
    },
    body: changes.body ?? event.body,
  });
  return response.status;
}

function openListenerOf(broker: TestBroker): string {
  return "openListener" in broker ? (broker as KafkaBroker).openListener : "";
}

const handled = (event: OutboundEvent): string => `handled ${event.type} ${event.id}`;
const again = (event: OutboundEvent): string => `again ${event.type} ${event.id}`;

function createEvent(type: string): OutboundEvent {
  const [id, key] = [crypto.randomUUID(), crypto.randomUUID()];
  const timestamp = "2026-11-20T10:11:12.123Z";
  const body = { event_id: id, event_type: type, timestamp, data: { user_id: key, name: "李 🎉" } };
  return { id, type, key, body: JSON.stringify(body), attempt: 1, createdAt: new Date(timestamp) };
}

/** The same event with another id beside it: NATS keeps a message with the same one once. */
function copyOf(event: OutboundEvent): OutboundEvent {
  return { ...event, id: crypto.randomUUID() };
}

async function send(sender: EventSender, events: readonly OutboundEvent[]): Promise<void> {
  const results = await sender.send(events, AbortSignal.timeout(30_000));
  expect(results).toEqual(events.map(() => ({ kind: "delivered" })));
}

/** Does something every second until the condition holds. */
async function repeat(action: () => Promise<void>, condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries += 1) {
    if (tries === arrivalSeconds) throw new Error("the events do not arrive");
    await action();
    await eventually(condition, Boolean, 1).catch(() => false);
  }
}

async function createHome() {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-consumer-"));
  return {
    environment: { STORE: join(folder, "consumer.sqlite") },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Runs an example. What it prints besides its lines is in the error if it ends early. */
function run(
  language: Language,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
) {
  const child = Bun.spawn(language.command(words), {
    cwd: examples,
    env: { PATH: process.env["PATH"], ...language.environment, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  const collect = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) printed += decoder.decode(chunk, { stream: true });
  };
  const reading = Promise.all([collect(child.stdout), collect(child.stderr)]);
  const lines = (): string[] => {
    if (child.exitCode !== null) throw new Error(`the consumer ended: ${printed}`);
    return printed.split("\n").filter((line) => /^(?:handled|again) /.test(line));
  };
  return {
    lines,
    count: (line: string) => lines().filter((each) => each === line).length,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
      await reading;
    },
  };
}
