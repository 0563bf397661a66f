import amqplib from "amqplib";
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";

import type { EventSender, OutboundEvent } from "../../src/platform/brokers/port.ts";
import { createRabbitmqSender } from "../../src/platform/brokers/rabbitmq.ts";
import { describeWithProgram } from "../support/installed-program.ts";
import { quietLog } from "../support/quiet-log.ts";
import { startRabbitmq } from "../support/rabbitmq-broker.ts";
import type { TestBroker } from "../support/test-broker.ts";

setDefaultTimeout(60_000);

const delivered = { kind: "delivered" } as const;

function unavailable(reason: RegExp) {
  return { kind: "unavailable", reason: expect.stringMatching(reason) } as const;
}

function createEvent(body = "{}"): OutboundEvent {
  const [id, key] = [crypto.randomUUID(), crypto.randomUUID()];
  return { id, key, type: "user.registered", body, attempt: 1, createdAt: new Date(0) };
}

function send(sender: EventSender, events: readonly OutboundEvent[]) {
  return sender.send(events, AbortSignal.timeout(30_000));
}

describeWithProgram("RabbitMQ", "rabbitmq-server", (program) => {
  let broker: TestBroker;
  let sender: EventSender;
  const logged: unknown[] = [];
  beforeAll(async () => {
    broker = await startRabbitmq(program);
    const log = { ...quietLog, debug: (fields: unknown) => void logged.push(fields) };
    sender = createRabbitmqSender({ url: broker.url, log });
  });
  afterAll(async () => {
    await sender?.close();
    await broker?.[Symbol.asyncDispose]();
  });

  async function withChannel(work: (channel: amqplib.Channel) => Promise<unknown>) {
    const model = await amqplib.connect(broker.url);
    await work(await model.createChannel());
    await model.close();
  }

  test("an event that no queue takes is delivered to the exchange, and logged", async () => {
    const event = { ...createEvent(), type: "session.revoked" };

    expect(await send(sender, [event])).toEqual([delivered]);

    expect(logged).toEqual([{ event_id: event.id }]);
  });

  test("a deleted exchange is declared again by the next attempt", async () => {
    await withChannel((channel) => channel.deleteExchange("gatehouse.events"));

    expect(await send(sender, [createEvent()])).toEqual([unavailable(/NOT_FOUND/)]);
    expect(await send(sender, [createEvent()])).toEqual([delivered]);
  });

  test("an event that a queue rejects is tried again, and the others are delivered", async () => {
    await withChannel(async (channel) => {
      const overflow = { maxLength: 1, overflow: "reject-publish" };
      await channel.assertQueue("small", { durable: true, ...overflow });
      await channel.bindQueue("small", "gatehouse.events", "user.locked");
    });
    const locked = () => ({ ...createEvent(), type: "user.locked" });
    expect(await send(sender, [locked()])).toEqual([delivered]);

    expect(await send(sender, [createEvent(), locked(), createEvent()])).toEqual([
      delivered,
      { kind: "failed", reason: expect.stringMatching(/rejected/) },
      delivered,
    ]);
  });

  test("an event over the server's own limit fails with those beside it, and stops no other", async () => {
    const failed = { kind: "failed", reason: expect.stringMatching(/larger than/) } as const;
    const [before, large] = [createEvent(), createEvent("x".repeat(1_000_001))];

    const [, ...results] = await send(sender, [before, large, createEvent()]);

    expect(results).toEqual([failed, failed]);
    expect(await send(sender, [createEvent()])).toEqual([delivered]);
  });

  test("an exchange of another type is named as the reason", async () => {
    await withChannel(async (channel) => {
      await channel.deleteExchange("gatehouse.events");
      await channel.assertExchange("gatehouse.events", "fanout", { durable: true });
    });
    const newcomer = createRabbitmqSender({ url: broker.url, log: quietLog });

    expect(await send(newcomer, [createEvent()])).toEqual([unavailable(/PRECONDITION_FAILED/)]);
    await newcomer.close();
  });
});
