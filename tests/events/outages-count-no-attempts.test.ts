import { expect, test } from "bun:test";

import type { SendResult } from "../../src/platform/brokers/port.ts";
import { createRelayScene } from "../support/relay-scene.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
const newUser = (): string => crypto.randomUUID();
const delivered: SendResult = { kind: "delivered", status: 204 };
const failed: SendResult = { kind: "failed", reason: "500", status: 500, mayBeDown: true };
const ofWebhook = { batchSize: 20, usersPerBatch: 1, concurrency: 16 };
const daySeconds = 86_400;

// Bad day: a receiver responds with 502 for four days, as its proxy has nothing behind it. Each event would be dead after two.
// part of security 134
test("while the events of all users fail, none counts an attempt, and one is tried at a time; all arrive afterwards in order", async () => {
  let isDown = true;
  const scene = createRelayScene(app, () => (isDown ? failed : delivered), ofWebhook);
  const destination = await scene.addDestination();
  const users = Array.from({ length: 30 }, newUser);
  for (const [number, user] of [...users, ...users].entries()) await scene.write(number, user);
  const relays = [scene.relay(), scene.relay()];
  const drain = () => Promise.all(relays.map((relay) => relay.drain()));
  await drain();
  const first = scene.sent.length;
  expect(first).toBeLessThanOrEqual(2 * ofWebhook.concurrency);
  expect(await scene.destination(destination)).toMatchObject({
    unavailable_since: expect.anything(),
    last_error: "500",
  });
  for (let probe = 0; probe < 100; probe += 1) {
    scene.clock.advance((4 * daySeconds) / 100);
    await drain();
  }
  // A probe for each relay at most.
  expect(scene.sent.length - first).toBeLessThanOrEqual(200);
  const rows = await scene.deliveries(destination);
  expect(rows.every(({ status }) => status === "pending")).toBe(true);
  // Those of the first users count one: the fifth one shows that the destination is down.
  expect(rows.reduce((sum, { attempts }) => sum + attempts, 0)).toBeLessThanOrEqual(8);
  isDown = false;
  for (let round = 0; round < 5; round += 1) {
    scene.clock.advance(600);
    await drain();
  }
  expect(new Set((await scene.deliveries(destination)).map(({ status }) => status))).toEqual(
    new Set(["delivered"]),
  );
  for (const [place, user] of users.entries()) {
    const numbers = scene.sent.filter(({ key }) => key === user).map(({ number }) => number);
    expect([...new Set(numbers)]).toEqual([place, place + users.length]);
  }
  expect(await scene.destination(destination)).toMatchObject({
    failures: 0,
    unavailable_since: null,
    last_error: null,
  });
  for (const relay of relays) await relay.stop();
}, 60_000);

test("an event that fails while others succeed is dead after 20 attempts, and its destination is not down", async () => {
  const poison = newUser();
  const scene = createRelayScene(
    app,
    ({ key }) => (key === poison ? failed : delivered),
    ofWebhook,
  );
  const destination = await scene.addDestination();
  await scene.write(1, poison);
  const relay = scene.relay();
  for (let number = 2; number < 30; number += 1) {
    await scene.write(number, newUser());
    await relay.drain();
    scene.clock.advance(5000);
  }
  const [first, ...others] = await scene.deliveries(destination);
  expect(first).toMatchObject({ status: "dead", attempts: 20 });
  expect(others.every(({ status }) => status === "delivered")).toBe(true);
  expect(await scene.destination(destination)).toMatchObject({ failures: 0 });
  await relay.stop();
});

// Otherwise a few poisonous events would hold back all others without limit.
test("an outage that only some users' events meet ends with the first event of another user", async () => {
  const poisoned = new Set(Array.from({ length: 6 }, newUser));
  const scene = createRelayScene(
    app,
    ({ key }) => (poisoned.has(key) ? failed : delivered),
    ofWebhook,
  );
  const destination = await scene.addDestination();
  const relay = scene.relay();
  // Several of each: a later one that is older than another user's event takes no turn of that.
  for (let number = 0; number < 18; number += 1) {
    await scene.write(number, [...poisoned][number % poisoned.size] ?? "");
  }
  await relay.drain();
  expect(await scene.destination(destination)).toMatchObject({ failures: 1 });
  const good = newUser();
  await scene.write(100, good);
  let rounds = 0;
  while (!scene.sent.some(({ key }) => key === good)) {
    rounds += 1;
    scene.clock.advance(80);
    await relay.drain();
    if (rounds > 20) break;
  }
  expect(rounds).toBeLessThanOrEqual(poisoned.size + 1);
  expect(await scene.destination(destination)).toMatchObject({ failures: 0 });
  await relay.stop();
});

// Bad day: the owner of a receiver is gone for good.
test("a webhook that cannot be reached for five days is disabled; what is pending is sent when it is enabled", async () => {
  let isDown = true;
  const scene = createRelayScene(
    app,
    () => (isDown ? { kind: "unavailable", reason: "ECONNREFUSED" } : delivered),
    { ...ofWebhook, longestOutageSeconds: 5 * daySeconds },
  );
  const destination = await scene.addDestination();
  await scene.write(1, newUser());
  const relay = scene.relay();
  await relay.drain();
  scene.clock.advance(5 * daySeconds - 60);
  await relay.drain();
  expect(await scene.destination(destination)).toMatchObject({ disabled_at: null, failures: 2 });
  scene.clock.advance(180);
  await relay.drain();
  expect(await scene.destination(destination)).toMatchObject({
    disabled_at: expect.anything(),
    disabled_reason: "It could not be reached for too long. ECONNREFUSED",
  });
  isDown = false;
  await app.rows(
    `update event_destinations set disabled_at = null, retry_at = null, failures = 0 where id = '${destination}'`,
  );
  await relay.drain();
  expect(await scene.deliveries(destination)).toMatchObject([{ status: "delivered", attempts: 1 }]);
  await relay.stop();
});
