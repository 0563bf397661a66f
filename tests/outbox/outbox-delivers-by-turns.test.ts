import { describe, expect, test } from "bun:test";

import { leaseSeconds } from "../../src/platform/outbox/attempt.ts";
import { claimMessages, markDelivered, markFailed } from "../../src/platform/outbox/claim.ts";
import { databaseKinds } from "../support/databases.ts";
import { createOutboxScene, rememberingDelivery } from "../support/outbox-scene.ts";
import { race } from "../support/race.ts";
import { useTestApp } from "../support/test-app.ts";

describe.each([...databaseKinds])("the outbox on %s", (database) => {
  const app = useTestApp({ database });

  /** A backlog of 250 messages with one key, a millisecond apart. */
  async function sceneWithBacklog(topic: string) {
    const scene = createOutboxScene(app, topic);
    for (let number = 0; number < 250; number += 1) {
      await scene.enqueue(number, "victim@example.com");
      scene.clock.advance(0.001);
    }
    const claim = (limit: number) => {
      const now = scene.clock.now();
      const leaseUntil = new Date(now.getTime() + leaseSeconds * 1000);
      return claimMessages(app.platform.db, { topic, limit, now, leaseUntil });
    };
    return { ...scene, claim };
  }

  // Attack: 250 requests for one address, so that the mails of all others wait.
  // security 154
  test("delivers a message to another address after one of the backlog", async () => {
    const { enqueue, claim } = await sceneWithBacklog("backlog");
    const strangers = [await enqueue(900, "stranger@example.com"), await enqueue(901)];
    const claimed = await claim(3);
    expect(claimed.map(({ id }) => id)).toEqual(expect.arrayContaining(strangers));
    expect(claimed.map(({ payload }) => payload["number"])).toContain(0);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // security 154
  test("delivers two backlogs by turns, each in its order", async () => {
    const { enqueue, claim, clock } = await sceneWithBacklog("two-backlogs");
    for (let number = 1000; number < 1010; number += 1) await enqueue(number, "other@example.com");
    const order: number[] = [];
    for (let turn = 0; turn < 20; turn += 1) {
      const [message] = await claim(1);
      order.push(Number(message?.payload["number"]));
      if (message) await markDelivered(app.platform.db, message.id, clock.now());
    }
    expect(order.filter((number) => number >= 1000)).toEqual(
      Array.from({ length: 10 }, (_, index) => 1000 + index),
    );
    expect(order.filter((number) => number < 1000)).toEqual(
      Array.from({ length: 10 }, (_, index) => index),
    );
    expect(order.slice(0, 4).filter((number) => number >= 1000)).toHaveLength(2);
  });

  test("delivers a whole backlog at once when no other message waits", async () => {
    const { worker } = await sceneWithBacklog("alone");
    const { messages, deliver } = rememberingDelivery();
    expect(await worker(deliver).drain()).toBe(250);
    expect(messages).toHaveLength(250);
  });

  // Bad day: a message to an address is tried again in four hours; the next one to it is due now.
  test("a message that is tried again later delays no newer one with its key", async () => {
    const scene = createOutboxScene(app, "retried");
    const key = "away@example.com";
    await scene.enqueue(1, key);
    const now = scene.clock.now();
    const leaseUntil = new Date(now.getTime() + leaseSeconds * 1000);
    const claim = { topic: scene.topic, limit: 10, now, leaseUntil };
    const [failed] = await claimMessages(app.platform.db, claim);
    if (!failed) throw new Error("nothing was claimed");
    const retryAt = new Date(now.getTime() + 4 * 3_600_000);
    await markFailed(app.platform.db, failed, { reason: "away", retryAt, now });
    const id = await scene.enqueue(2, key);
    const claimed = await claimMessages(app.platform.db, claim);
    expect(claimed.map((message) => message.id)).toEqual([id]);
  });
});

describe("several replicas", () => {
  const app = useTestApp();

  // security 154
  test("claim each message of a backlog once, and another address's among the first", async () => {
    const scene = createOutboxScene(app, "replicas");
    for (let number = 0; number < 60; number += 1)
      await scene.enqueue(number, "victim@example.com");
    await scene.enqueue(900, "stranger@example.com");
    const now = scene.clock.now();
    const leaseUntil = new Date(now.getTime() + leaseSeconds * 1000);
    const { db } = app.platform;
    const claim = () => claimMessages(db, { topic: scene.topic, limit: 10, now, leaseUntil });
    const first = (await race(3, claim)).flat();
    expect(new Set(first.map(({ id }) => id)).size).toBe(first.length);
    expect(first.map(({ payload }) => payload["number"])).toContain(900);
  });
});
