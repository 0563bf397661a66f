import { describe, expect, test } from "bun:test";

import type { SendResult } from "../../src/platform/brokers/port.ts";
import { createRelayScene } from "../support/relay-scene.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
const newUser = (): string => crypto.randomUUID();
const delivered: SendResult = { kind: "delivered", status: 204 };

/** The seconds from now until the oldest pending delivery is due. */
async function secondsUntilDue(destination: string, now: Date): Promise<number> {
  const [row] = await app.rows(
    `select extract(epoch from available_at) as seconds from event_deliveries
     where destination_id = '${destination}' and status = 'pending' order by position limit 1`,
  );
  return Number(row?.["seconds"]) - now.getTime() / 1000;
}

// security 134
test("an event that always fails delays the later ones of its user alone, and is set aside after 20 attempts", async () => {
  const scene = createRelayScene(app, ({ number }) =>
    number === 1 ? { kind: "failed", reason: "500", status: 500 } : delivered,
  );
  const destination = await scene.addDestination();
  const [poisoned, other] = [newUser(), newUser()];
  await scene.write(1, poisoned);
  await scene.write(2, poisoned);
  await scene.write(3, other);
  const relay = scene.relay();
  await relay.drain();
  expect(new Set(scene.numbers())).toEqual(new Set([1, 3]));
  await scene.write(4, poisoned);
  await scene.write(5, other);
  await relay.drain();
  expect(scene.numbers()).toEqual([...scene.numbers().slice(0, 2), 5]);

  const failed = { status: "pending", lastError: "500", responseStatus: 500 };
  expect((await scene.deliveries(destination))[0]).toMatchObject({ ...failed, attempts: 1 });
  for (let attempt = 2; attempt <= 20; attempt += 1) {
    const seconds = await secondsUntilDue(destination, scene.clock.now());
    const pause = Math.min(2 ** (attempt - 2), 3600);
    expect(seconds).toBeGreaterThan(pause - 10);
    expect(seconds).toBeLessThanOrEqual(pause * 1.25 + 1);
    scene.clock.advance(seconds + 1);
    await relay.drain();
  }
  expect(scene.sent.filter(({ number }) => number === 1)).toHaveLength(20);
  expect(scene.numbers().slice(-2)).toEqual([2, 4]);
  expect((await scene.deliveries(destination)).map(({ status }) => status)).toEqual([
    "dead",
    "delivered",
    "delivered",
    "delivered",
    "delivered",
  ]);
  await relay.stop();
});

// security 134
test("a destination that hangs delays no other, nor does a hanging event another of its destination", async () => {
  const released = Promise.withResolvers<SendResult>();
  let hanging = "";
  const scene = createRelayScene(
    app,
    ({ destinationId, number }) =>
      number === 1 && destinationId === hanging ? released.promise : delivered,
    { batchSize: 1, concurrency: 4 },
  );
  hanging = await scene.addDestination();
  const good = await scene.addDestination();
  const numbersOf = (destination: string): number[] =>
    scene.sent
      .filter(({ destinationId }) => destinationId === destination)
      .map(({ number }) => number);
  const relay = scene.relay();
  relay.start();
  try {
    for (let number = 1; number <= 10; number += 1) await scene.write(number, newUser());
    await relayed(() => numbersOf(good).length === 10 && numbersOf(hanging).length === 10);
    expect((await scene.deliveries(hanging))[0]).toMatchObject({ status: "pending", attempts: 1 });
  } finally {
    released.resolve(delivered);
    await relay.stop();
  }
  expect((await scene.deliveries(hanging))[0]).toMatchObject({ status: "delivered" });
});

async function relayed(isDone: () => boolean): Promise<void> {
  while (!isDone()) await Bun.sleep(5);
}

// security 134
test("a pause that the receiver asks for is kept, up to a day", async () => {
  let retryAfterSeconds = 7200;
  const scene = createRelayScene(app, () => ({
    kind: "failed",
    reason: "429",
    status: 429,
    retryAfterSeconds,
  }));
  const destination = await scene.addDestination();
  await scene.write(1, newUser());
  const relay = scene.relay();
  await relay.drain();
  const first = await secondsUntilDue(destination, scene.clock.now());
  expect(first).toBeGreaterThan(7190);
  expect(first).toBeLessThan(7205);
  scene.clock.advance(first + 1);
  retryAfterSeconds = 10_000_000;
  await relay.drain();
  const second = await secondsUntilDue(destination, scene.clock.now());
  expect(second).toBeGreaterThan(86_390);
  expect(second).toBeLessThan(86_405);
  await relay.stop();
});

// security 134. The receiver accepts some of several requests at once, and refuses another one: its pause is for all of them.
test("a pause that the receiver asks for is kept when it accepts what was under way, and the longest one counts", async () => {
  const [accepted, longest] = [1, 2].map(() => Promise.withResolvers<SendResult>());
  const unavailable = { kind: "unavailable", reason: "429", status: 429 } as const;
  const scene = createRelayScene(
    app,
    ({ number }) => {
      if (number === 1) return { ...unavailable, retryAfterSeconds: 60 };
      return (number === 2 ? longest : accepted)?.promise ?? delivered;
    },
    { batchSize: 1, concurrency: 3 },
  );
  const destination = await scene.addDestination();
  for (const number of [1, 2, 3]) await scene.write(number, newUser());
  const relay = scene.relay();
  const drained = relay.drain();
  const pause = async (): Promise<number> => {
    const [row] = await app.rows(
      `select coalesce(extract(epoch from retry_at), 0)::float as seconds from event_destinations where id = '${destination}'`,
    );
    return Number(row?.["seconds"]) - scene.clock.now().getTime() / 1000;
  };
  while ((await pause()) < 0) await Bun.sleep(5);
  longest?.resolve({ ...unavailable, retryAfterSeconds: 7200 });
  while ((await pause()) < 7000) await Bun.sleep(5);
  accepted?.resolve(delivered);
  await drained;
  expect(await pause()).toBeGreaterThan(7000);
  expect(await scene.destination(destination)).toMatchObject({ failures: 1 });
  await relay.stop();
}, 20_000);

describe("a destination that cannot be reached", () => {
  test("costs no attempts, gets one event at a time until it is reachable, and then everything in order", async () => {
    let isDown = true;
    const scene = createRelayScene(app, () =>
      isDown ? { kind: "unavailable", reason: "connection refused" } : delivered,
    );
    const destination = await scene.addDestination();
    const users = Array.from({ length: 30 }, newUser);
    for (const [number, user] of users.entries()) await scene.write(number, user);
    const [one, other] = [scene.relay(), scene.relay()];
    await one.drain();
    const first = scene.sent.length;
    expect(first).toBe(20);
    expect(await scene.destination(destination)).toMatchObject({
      failures: 1,
      last_error: "connection refused",
    });
    expect((await scene.deliveries(destination)).every(({ attempts }) => attempts === 0)).toBe(
      true,
    );

    await other.drain();
    expect(scene.sent).toHaveLength(first);
    for (let probe = 1; probe <= 10; probe += 1) {
      scene.clock.advance(80);
      await Promise.all([one.drain(), other.drain()]);
      expect(scene.sent).toHaveLength(first + probe);
    }
    expect(await scene.destination(destination)).toMatchObject({ failures: 11 });

    isDown = false;
    scene.clock.advance(80);
    await one.drain();
    expect(scene.sent).toHaveLength(first + 10 + users.length);
    expect(scene.sent.every(({ attempt }) => attempt === 1)).toBe(true);
    expect(await scene.destination(destination)).toMatchObject({
      failures: 0,
      retry_at: null,
      last_error: null,
    });
    await Promise.all([one.stop(), other.stop()]);
  });

  test("is disabled when it wants no events any more, and its pending deliveries stay", async () => {
    const scene = createRelayScene(app, () => ({ kind: "gone", reason: "410", status: 410 }));
    const destination = await scene.addDestination();
    await scene.write(1, newUser());
    const relay = scene.relay();
    await relay.drain();
    expect(await scene.destination(destination)).toMatchObject({
      disabled_at: expect.anything(),
      disabled_reason: "410",
    });
    await scene.write(2, newUser());
    scene.clock.advance(86_400);
    await relay.drain();
    expect(scene.numbers()).toEqual([1]);
    expect(await scene.deliveries(destination)).toMatchObject([
      { number: "1", status: "pending", attempts: 0 },
    ]);
    await relay.stop();
  });
});

test("a sender that throws or gives too few results has failed", async () => {
  const scene = createRelayScene(app, ({ number }) => {
    if (number === 1) throw new Error("a defect");
    return delivered;
  });
  const destination = await scene.addDestination();
  await scene.write(1, newUser());
  const relay = scene.relay();
  await relay.drain();
  expect(await scene.deliveries(destination)).toMatchObject([
    { status: "pending", attempts: 1, lastError: "a defect" },
  ]);
  await relay.stop();
});
