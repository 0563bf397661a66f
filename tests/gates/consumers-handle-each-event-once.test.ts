import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";

import { createKafkaSender } from "../../src/platform/brokers/kafka.ts";
import { createNatsSender } from "../../src/platform/brokers/nats.ts";
import type { EventSender, OutboundEvent } from "../../src/platform/brokers/port.ts";
import { createRabbitmqSender } from "../../src/platform/brokers/rabbitmq.ts";
import { createRedisSender } from "../../src/platform/brokers/redis.ts";
import {
  again,
  createEvent,
  createStore,
  describeLanguages,
  handled,
  runExample,
} from "../support/consumer-examples.ts";
import { eventually } from "../support/eventually.ts";
import { describeWhere, type Found, findProgram } from "../support/installed-program.ts";
import { type KafkaBroker, kafkaAddress, startKafka } from "../support/kafka-broker.ts";
import { findKafka } from "../support/kafka-programs.ts";
import { startNats } from "../support/nats-broker.ts";
import { quietLog } from "../support/quiet-log.ts";
import { startRabbitmq } from "../support/rabbitmq-broker.ts";
import { startRedis } from "../support/redis-broker.ts";
import type { TestBroker } from "../support/test-broker.ts";

setDefaultTimeout(120_000);

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
        await using home = await createStore();
        const environment = { ...home.environment, ...destination.settings(broker) };
        const events = [createEvent("user.registered"), createEvent("user.logged_in")];
        await send(sender, events);

        {
          await using consumer = runExample(language, [destination.name, "consumer"], environment);
          // RabbitMQ keeps an event only once the consumer has declared its queue.
          await repeat(
            () => send(sender, events.map(copyOf)),
            () => events.every((event) => consumer.lines().includes(again(event))),
          );
          for (const event of events) expect(consumer.count(handled(event))).toBe(1);
        }

        const later = createEvent("user.deleted");
        await send(sender, [...events.map(copyOf), later]);
        await using consumer = runExample(language, [destination.name, "consumer"], environment);
        await eventually(consumer.lines, (lines) => lines.includes(handled(later)), arrivalSeconds);
        for (const event of events) expect(consumer.count(handled(event))).toBe(0);
      });
    });
  });
}

function openListenerOf(broker: TestBroker): string {
  return "openListener" in broker ? (broker as KafkaBroker).openListener : "";
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
