import { describe, expect, test } from "bun:test";

import postgres from "postgres";

import { leaseSeconds } from "../../src/platform/outbox/attempt.ts";
import { claimMessages, markDelivered, markFailed } from "../../src/platform/outbox/claim.ts";
import { databaseKinds } from "../support/databases.ts";
import { createOutboxScene, rememberingDelivery } from "../support/outbox-scene.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";

describe.each([...databaseKinds])("the outbox on %s", (database) => {
  const app = useTestApp({ database });

  function claim(scene: ReturnType<typeof createOutboxScene>, limit: number) {
    const now = scene.clock.now();
    const leaseUntil = new Date(now.getTime() + leaseSeconds * 1000);
    return claimMessages(app.platform.db, { topic: scene.topic, limit, now, leaseUntil });
  }

  test("gives each message to one of several workers, once", async () => {
    const scene = createOutboxScene(app, "shared");
    const ids = await Promise.all(
      Array.from({ length: 120 }, (_, number) => scene.enqueue(number)),
    );
    const deliveries = [rememberingDelivery(), rememberingDelivery(), rememberingDelivery()];
    const counts = await Promise.all(
      deliveries.map(({ deliver }) => scene.worker(deliver).drain()),
    );

    expect(counts.reduce((sum, count) => sum + count)).toBe(120);
    expect(deliveries.flatMap(({ messages }) => messages.map(({ id }) => id)).toSorted()).toEqual(
      ids.toSorted(),
    );
    for (const { messages } of deliveries) expect(messages.length).toBeGreaterThan(0);
    for (const row of await scene.rows()) {
      expect([row["attempts"], row["sealed"], row["delivered_at"] === null]).toEqual([
        1,
        null,
        false,
      ]);
    }
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  test("gives at most the requested number of messages", async () => {
    const scene = createOutboxScene(app, "limited");
    for (let number = 0; number < 12; number += 1) await scene.enqueue(number);
    const sizes: number[] = [];
    for (const limit of [5, 5, 5]) sizes.push((await claim(scene, limit)).length);
    expect(sizes).toEqual([5, 5, 2]);
  });

  test("decrypts the sealed part for the worker only", async () => {
    const scene = createOutboxScene(app, "sealed");
    const id = await scene.enqueue(7);
    expect(JSON.stringify(await scene.row(id))).not.toContain("secret-7");
    const { messages, deliver } = rememberingDelivery();
    await scene.worker(deliver).drain();
    expect(messages).toEqual([
      {
        id,
        key: null,
        payload: { number: 7 },
        secrets: { word: "secret-7" },
        createdAt: scene.clock.now(),
        attempt: 1,
      },
    ]);
  });

  // The bad day: a worker is killed between taking a message and delivering it.
  test("gives a crashed worker's message to another when its lease ends, under the same id", async () => {
    const scene = createOutboxScene(app, "orphaned");
    const id = await scene.enqueue(1);
    expect(await claim(scene, 10)).toHaveLength(1);

    const { messages, deliver } = rememberingDelivery();
    const worker = scene.worker(deliver);
    scene.clock.advance(leaseSeconds - 1);
    expect(await worker.drain()).toBe(0);
    scene.clock.advance(1);
    expect(await worker.drain()).toBe(1);
    expect(messages.map((message) => [message.id, message.attempt])).toEqual([[id, 2]]);
    expect(await worker.drain()).toBe(0);
  });

  // The bad day: a worker was so slow that another took its message, and comes back with a failure.
  test("ignores the outcome of a worker whose lease has ended", async () => {
    const scene = createOutboxScene(app, "overrun");
    const id = await scene.enqueue(1);
    const [first] = await claim(scene, 1);
    scene.clock.advance(leaseSeconds);
    const [second] = await claim(scene, 1);
    if (!first || !second) throw new Error("not claimed");

    const failure = { reason: "too slow", retryAt: null, now: scene.clock.now() };
    await markFailed(app.platform.db, first, failure);
    expect((await scene.row(id))["dead_at"]).toBeNull();
    await markDelivered(app.platform.db, id, scene.clock.now());
    await markFailed(app.platform.db, second, failure);
    const row = await scene.row(id);
    expect([row["dead_at"], row["last_error"], row["delivered_at"] === null]).toEqual([
      null,
      null,
      false,
    ]);
  });
});

// The bad day: a worker hangs while it claims a message. Other workers do not wait.
test("a worker skips a message that another worker is claiming", async () => {
  await using app = await startTestApp();
  const scene = createOutboxScene(app, "locked");
  const taken = await scene.enqueue(1);
  const free = await scene.enqueue(2);
  const other = postgres(app.platform.settings.databaseUrl ?? "", { max: 1 });
  const { deliver, ids } = rememberingDelivery();
  await other.begin(async (tx) => {
    await tx`select from outbox where id = ${taken} for update`;
    expect(await scene.worker(deliver).drain()).toBe(1);
    expect(ids()).toEqual([free]);
  });
  await other.end();
});
