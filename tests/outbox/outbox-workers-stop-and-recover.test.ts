import { describe, expect, test } from "bun:test";

import type { Db } from "../../src/platform/db/port.ts";
import { eventually } from "../support/eventually.ts";
import { createOutboxScene, rememberingDelivery } from "../support/outbox-scene.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

/** The database, of which so many updates fail first as those of a lost connection do. */
function failingUpdates(db: Db, times: number): Db {
  let failures = 0;
  const lost = () => {
    throw Object.assign(new Error("lost"), { code: "CONNECTION_CLOSED" });
  };
  return new Proxy(db, {
    get: (target, property) => {
      if (property !== "update" || failures === times) return Reflect.get(target, property, target);
      failures += 1;
      return lost;
    },
  });
}

describe("an outbox worker", () => {
  test("that is stopped finishes its present messages and claims no more", async () => {
    const scene = createOutboxScene(app, "stopping");
    for (let number = 0; number < 40; number += 1) await scene.enqueue(number);
    const release = Promise.withResolvers<void>();
    let begun = 0;
    const worker = scene.worker(async () => {
      begun += 1;
      await release.promise;
    });
    worker.start();
    await eventually(
      () => begun,
      (count) => count === 10,
    );

    let hasStopped = false;
    const stopped = worker.stop().then(() => {
      hasStopped = true;
    });
    worker.wake();
    await Bun.sleep(50);
    expect(hasStopped).toBe(false);
    release.resolve();
    await stopped;
    expect(begun).toBe(10);
    const rows = await scene.rows();
    expect(rows.filter((row) => row["delivered_at"] !== null)).toHaveLength(10);
    // What it did not take waits for another worker, at once and not until a lease ends.
    expect(await scene.worker(rememberingDelivery().deliver).drain()).toBe(30);
  });

  test("that is woken during a query finds messages written meanwhile", async () => {
    const scene = createOutboxScene(app, "woken");
    const { messages, deliver } = rememberingDelivery();
    const worker = scene.worker(deliver);
    worker.start();
    for (let number = 0; number < 25; number += 1) {
      await scene.enqueue(number);
      worker.wake();
      // Without the wake it would look again after a minute.
      await eventually(
        () => messages.length,
        (count) => count === number + 1,
      );
    }
    await worker.stop();
  });

  // The bad day: the mail is sent, and then the database restarts. Sending it again would be wrong.
  test("that cannot record a delivery retries the recording and does not deliver twice", async () => {
    const scene = createOutboxScene(app, "unnoted");
    const id = await scene.enqueue(1);
    const { messages, deliver } = rememberingDelivery();
    const worker = scene.worker(deliver, { db: failingUpdates(app.platform.db, 2) });
    await worker.drain();
    expect(messages).toHaveLength(1);
    const row = await scene.row(id);
    expect([row["delivered_at"] === null, row["sealed"]]).toEqual([false, null]);
  });

  // The bad day: the database is away for longer. The message is delivered again when its lease ends: at least once.
  test("continues with other messages when one cannot be recorded", async () => {
    const scene = createOutboxScene(app, "lost");
    const { messages, deliver } = rememberingDelivery();
    const id = await scene.enqueue(1);
    const worker = scene.worker(deliver, { db: failingUpdates(app.platform.db, 5) });
    await worker.drain();
    expect((await scene.row(id))["delivered_at"]).toBeNull();
    const other = await scene.enqueue(2);
    await worker.drain();
    expect((await scene.row(other))["delivered_at"]).not.toBeNull();
    scene.clock.advance(600);
    await worker.drain();
    expect(messages.map((message) => message.id)).toEqual([id, other, id]);
  }, 10_000);
});
