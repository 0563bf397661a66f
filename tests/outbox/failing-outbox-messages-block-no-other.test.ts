import { sql } from "drizzle-orm";
import { describe, expect, test } from "bun:test";

import { leaseSeconds, maximumAttempts } from "../../src/platform/outbox/attempt.ts";
import { type OutboxMessage, PermanentDeliveryError } from "../../src/platform/outbox/port.ts";
import { eventually } from "../support/eventually.ts";
import { createOutboxScene, rememberingDelivery } from "../support/outbox-scene.ts";
import { useTestApp } from "../support/test-app.ts";

describe("a message that cannot be delivered", () => {
  const app = useTestApp();

  // security 134
  test("is retried after growing pauses, and is dead after 20 attempts, without its secrets", async () => {
    const scene = createOutboxScene(app, "refused");
    const id = await scene.enqueue(1);
    const attempts: OutboxMessage[] = [];
    const worker = scene.worker(async (message) => {
      attempts.push(message);
      throw new Error("the receiver says no");
    });
    const pauses: number[] = [];
    while (attempts.length < maximumAttempts) {
      expect(await worker.drain()).toBe(1);
      const row = await scene.row(id);
      if (row["dead_at"] !== null) break;
      expect(row["sealed"]).toBeString();
      const pause = (Date.parse(String(row["available_at"])) - scene.clock.now().getTime()) / 1000;
      pauses.push(pause);
      scene.clock.advance(pause - 1);
      expect(await worker.drain()).toBe(0);
      scene.clock.advance(1);
    }
    expect(pauses.slice(0, 5)).toEqual([1, 2, 4, 8, 16]);
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect(pauses.at(-1)).toBe(4 * 3600);
    expect(attempts).toHaveLength(20);
    expect(new Set(attempts.map((attempt) => attempt.id))).toEqual(new Set([id]));
    expect(attempts.map(({ attempt }) => attempt)).toEqual(
      pauses.map((_, index) => index + 1).concat(20),
    );

    const row = await scene.row(id);
    expect([row["sealed"], row["last_error"], row["delivered_at"]]).toEqual([
      null,
      "the receiver says no",
      null,
    ]);
    expect(row["dead_at"]).not.toBeNull();
    scene.clock.advance(7 * 24 * 3600);
    expect(await worker.drain()).toBe(0);
    expect(
      app.log.filter(
        (line) => line.includes("delivery failed for the last time") && line.includes(id),
      ),
    ).toHaveLength(1);
  });

  test("permanently is dead at once, without its secrets", async () => {
    const scene = createOutboxScene(app, "impossible");
    const id = await scene.enqueue(1);
    const worker = scene.worker(async () => {
      throw new PermanentDeliveryError("there is no such receiver");
    });
    expect(await worker.drain()).toBe(1);
    const row = await scene.row(id);
    expect([row["attempts"], row["sealed"], row["last_error"]]).toEqual([
      1,
      null,
      "there is no such receiver",
    ]);
    expect(row["dead_at"]).not.toBeNull();
  });

  // The attack: a message that ends whatever process takes it.
  test("because every worker crashes on it is dead without another attempt", async () => {
    const scene = createOutboxScene(app, "deadly");
    const id = await scene.enqueue(1);
    await app.rows(`update outbox set attempts = ${maximumAttempts} where id = '${id}'`);
    scene.clock.advance(leaseSeconds);
    const { messages, deliver } = rememberingDelivery();
    await scene.worker(deliver).drain();
    expect(messages).toEqual([]);
    expect((await scene.row(id))["dead_at"]).not.toBeNull();
  });

  // security 134
  test("does not block others when it fails", async () => {
    const scene = createOutboxScene(app, "mixed");
    for (let number = 0; number < 60; number += 1) await scene.enqueue(number);
    const { messages, deliver } = rememberingDelivery();
    const worker = scene.worker(async (message) => {
      if (Number(message.payload["number"]) % 2 === 0) throw new Error("always");
      await deliver(message);
    });
    expect(await worker.drain()).toBe(60);
    expect(messages.map(({ payload }) => payload["number"])).toBeArrayOfSize(30);
  });

  // security 134
  test("does not block others when it hangs", async () => {
    const scene = createOutboxScene(app, "hanging");
    for (let number = 0; number < 30; number += 1) await scene.enqueue(number);
    const { messages, deliver } = rememberingDelivery();
    const release = Promise.withResolvers<void>();
    const worker = scene.worker(async (message) => {
      if (Number(message.payload["number"]) < 9) return release.promise;
      return deliver(message);
    });
    worker.start();
    await eventually(
      () => messages.length,
      (count) => count === 21,
    );
    await scene.enqueue(30);
    worker.wake();
    await eventually(
      () => messages.length,
      (count) => count === 22,
    );
    release.resolve();
    await worker.stop();
    const delivered = (await scene.rows()).filter((row) => row["delivered_at"] !== null);
    expect(delivered).toHaveLength(31);
  });

  // The trap: the message of Drizzle's error holds the SQL and every parameter.
  // security 121
  test("because of the database leaves no parameter in the row or the log", async () => {
    const scene = createOutboxScene(app, "leaking");
    const id = await scene.enqueue(1);
    const worker = scene.worker(async () => {
      await app.platform.db.execute(sql`select ${"canary-1f2e"}::integer`);
    });
    await worker.drain();
    expect((await scene.row(id))["last_error"]).toBe("SQLSTATE 22P02");
    expect(app.log.join("")).not.toContain("canary-1f2e");
  });

  // The attack: a receiver's response that Postgres cannot store, so that the failure cannot be recorded.
  test("with a NUL byte in the error is retried like any other", async () => {
    const scene = createOutboxScene(app, "unstorable");
    const id = await scene.enqueue(1);
    const worker = scene.worker(async () => {
      throw new Error(`no\u0000thing \ud800 ${"long ".repeat(1000)}`);
    });
    await worker.drain();
    const row = await scene.row(id);
    expect(String(row["last_error"])).toStartWith("nothing");
    expect(String(row["last_error"]).length).toBeLessThanOrEqual(500);
  });
});
