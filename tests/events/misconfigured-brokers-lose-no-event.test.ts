import { jetstreamManager } from "@nats-io/jetstream";
import { connect as connectNats } from "@nats-io/transport-node";
import { RedisClient } from "bun";
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";

import { createNatsSender } from "../../src/platform/brokers/nats.ts";
import type { EventSender, OutboundEvent } from "../../src/platform/brokers/port.ts";
import { createRedisSender } from "../../src/platform/brokers/redis.ts";
import { describeWithProgram } from "../support/installed-program.ts";
import { startNats } from "../support/nats-broker.ts";
import { startRedis } from "../support/redis-broker.ts";
import { brokerPassword, type TestBroker } from "../support/test-broker.ts";

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

describe("what an operator may do to a broker", () => {
  describeWithProgram("NATS JetStream", "nats-server", (program) => {
    let broker: TestBroker;
    let sender: EventSender;
    beforeAll(async () => {
      broker = await startNats(program);
      sender = createNatsSender({ url: broker.url });
    });
    afterAll(async () => {
      await sender?.close();
      await broker?.[Symbol.asyncDispose]();
    });

    async function withManager(
      work: (manager: Awaited<ReturnType<typeof jetstreamManager>>) => Promise<unknown>,
    ): Promise<void> {
      const credentials = { user: "gatehouse", pass: brokerPassword };
      const servers = `127.0.0.1:${broker.process.port}`;
      const nats = await connectNats({ servers, ...credentials });
      await work(await jetstreamManager(nats));
      await nats.close();
    }

    test("a deleted stream is made again by the next attempt", async () => {
      expect(await send(sender, [createEvent()])).toEqual([delivered]);
      await withManager((manager) => manager.streams.delete("GATEHOUSE"));

      expect(await send(sender, [createEvent()])).toEqual([unavailable(/no stream takes/)]);
      expect(await send(sender, [createEvent()])).toEqual([delivered]);
    });

    test("the stream's own limit of a message's size concerns the large event alone", async () => {
      const large = createEvent("x".repeat(2000));
      await withManager((manager) => manager.streams.update("GATEHOUSE", { max_msg_size: 1000 }));

      expect(await send(sender, [createEvent(), large, createEvent()])).toEqual([
        delivered,
        { kind: "dead", reason: expect.stringMatching(/max_msg_size/) },
        delivered,
      ]);
    });

    test("a full stream that discards new messages is waited for", async () => {
      await withManager(async (manager) => {
        await manager.streams.purge("GATEHOUSE");
        await manager.streams.update("GATEHOUSE", { max_msgs: 1, discard: "new" });
      });
      expect(await send(sender, [createEvent()])).toEqual([delivered]);
      expect(await send(sender, [createEvent()])).toEqual([unavailable(/maximum messages/)]);
    });

    test("a user without the right to publish is told so", async () => {
      const url = `nats://reader:reader@127.0.0.1:${broker.process.port}`;
      const reader = createNatsSender({ url });

      expect(await send(reader, [createEvent()])).toEqual([unavailable(/permission/i)]);
      await reader.close();
    });
  });

  describeWithProgram("Redis Streams", "redis-server", (program) => {
    let broker: TestBroker;
    let sender: EventSender;
    let client: RedisClient;
    beforeAll(async () => {
      broker = await startRedis(program);
      sender = createRedisSender({ url: broker.url });
      client = new RedisClient(broker.url);
    });
    afterAll(async () => {
      client?.close();
      await sender?.close();
      await broker?.[Symbol.asyncDispose]();
    });

    test("a key of another type is named as the reason, until it is gone", async () => {
      await client.set("gatehouse:events", "text");

      const results = await send(sender, [createEvent(), createEvent()]);
      expect(results).toEqual([unavailable(/WRONGTYPE/), unavailable(/WRONGTYPE/)]);

      await client.del("gatehouse:events");
      expect(await send(sender, [createEvent()])).toEqual([delivered]);
    });

    test("the stream keeps about a million events", async () => {
      await client.send("CONFIG", ["SET", "appendonly", "no"]);
      const fill = "for i = 1, 1000300 do redis.call('XADD', KEYS[1], '*', 'a', 'b') end";
      await client.send("EVAL", [fill, "1", "gatehouse:events"]);

      expect(await send(sender, [createEvent()])).toEqual([delivered]);

      const length = Number(await client.send("XLEN", ["gatehouse:events"]));
      // Redis removes whole nodes of 100 entries.
      expect(length).toBeGreaterThanOrEqual(1_000_000);
      expect(length).toBeLessThanOrEqual(1_000_200);
    });
  });
});
