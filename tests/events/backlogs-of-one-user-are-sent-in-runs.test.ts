import { expect, test } from "bun:test";

import type { SendResult } from "../../src/platform/brokers/port.ts";
import { createCountedApp } from "../support/counted-app.ts";
import { createRelayScene } from "../support/relay-scene.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
const newUser = (): string => crypto.randomUUID();
const delivered: SendResult = { kind: "delivered" };
const failed: SendResult = { kind: "failed", reason: "500", status: 500 };
const numbers = (count: number): number[] => Array.from({ length: count }, (_, place) => place);

/** Many events of one user for a destination, numbered from 0. */
async function addBacklog(destination: string, user: string, count: number): Promise<void> {
  await app.rows(
    `with given as (
       insert into events (id, type, user_id, position, payload, created_at)
       select gen_random_uuid(), 'user.updated', '${user}', number + 1,
         jsonb_build_object('data', jsonb_build_object('fields', jsonb_build_array(number::text))), now() - interval '1 hour'
       from generate_series(0, ${count - 1}) as number
       returning id, user_id, position, created_at)
     insert into event_deliveries (event_id, destination_id, key, position, available_at)
     select id, '${destination}', user_id, position, created_at from given`,
  );
}

// security 135. One event for each claim, which reads the backlog, would take minutes.
test("a backlog of one user is claimed in runs, and sent in order, one event at a time", async () => {
  let underWay = 0;
  let most = 0;
  const scene = createRelayScene(
    app,
    async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await Promise.resolve();
      underWay -= 1;
      return delivered;
    },
    { batchSize: 100 },
  );
  const destination = await scene.addDestination();
  await addBacklog(destination, newUser(), 1000);
  await using counted = createCountedApp(app);
  const relay = scene.relay({ db: counted.platform.db });
  await relay.drain();
  await relay.stop();
  expect(scene.numbers()).toEqual(numbers(1000));
  expect(most).toBe(1);
  // Two or three claims and one result for each hundred.
  expect(counted.statements).toBeLessThan(60);
});

// security 133
test("a run ends at the first event that fails: those after it are sent once it is delivered, and count no attempt", async () => {
  let isFailing = true;
  const scene = createRelayScene(app, ({ number }) =>
    isFailing && number === 3 ? failed : delivered,
  );
  const destination = await scene.addDestination();
  const [user, other] = [newUser(), newUser()];
  for (const number of [1, 2, 3, 4, 5]) await scene.write(number, user);
  for (const number of [11, 12]) await scene.write(number, other);
  const relay = scene.relay();
  await relay.drain();
  const sentOf = (key: string): number[] =>
    scene.sent.filter((event) => event.key === key).map(({ number }) => number);
  expect(sentOf(user)).toEqual([1, 2, 3]);
  expect(sentOf(other)).toEqual([11, 12]);
  const stored = { lastError: null, status: "pending", attempts: 0 };
  expect(await scene.deliveries(destination)).toMatchObject([
    { number: "1", status: "delivered", attempts: 1 },
    { number: "2", status: "delivered", attempts: 1 },
    { number: "3", status: "pending", attempts: 1, lastError: "500" },
    { number: "4", ...stored },
    { number: "5", ...stored },
    { number: "11", status: "delivered" },
    { number: "12", status: "delivered" },
  ]);
  isFailing = false;
  scene.clock.advance(3);
  await relay.drain();
  expect(sentOf(user)).toEqual([1, 2, 3, 3, 4, 5]);
  await relay.stop();
});

test("an event that is dead ends no run", async () => {
  const scene = createRelayScene(app, ({ number }) =>
    number === 2 ? { kind: "dead", reason: "too large" } : delivered,
  );
  const destination = await scene.addDestination();
  const user = newUser();
  for (const number of [1, 2, 3]) await scene.write(number, user);
  const relay = scene.relay();
  await relay.drain();
  expect(scene.numbers()).toEqual([1, 2, 3]);
  expect((await scene.deliveries(destination)).map(({ status }) => status)).toEqual([
    "delivered",
    "dead",
    "delivered",
  ]);
  await relay.stop();
});

// The event that ends its relay, such as one that takes all memory, is not to end those beside it 20 times.
test("an event that was tried before is claimed without the later ones of its user", async () => {
  const scene = createRelayScene(app, () => failed);
  const destination = await scene.addDestination();
  const user = newUser();
  for (const number of [1, 2, 3]) await scene.write(number, user);
  await app.rows(
    `update event_deliveries set attempts = 20
     where destination_id = '${destination}' and position = (
       select min(position) from event_deliveries where destination_id = '${destination}')`,
  );
  const relay = scene.relay();
  await relay.drain();
  expect(scene.numbers()).toEqual([2]);
  expect((await scene.deliveries(destination)).map(({ status }) => status)).toEqual([
    "dead",
    "pending",
    "pending",
  ]);
  await relay.stop();
});

// security 134
test("while the run of a user with a backlog is under way, the events of others behind it are sent", async () => {
  const released = Promise.withResolvers<SendResult>();
  const long = newUser();
  const scene = createRelayScene(app, ({ key }) => (key === long ? released.promise : delivered), {
    batchSize: 20,
    usersPerBatch: 1,
    concurrency: 4,
  });
  const destination = await scene.addDestination();
  await addBacklog(destination, long, 3000);
  const relay = scene.relay();
  relay.start();
  try {
    for (let number = 5000; number < 5010; number += 1) await scene.write(number, newUser());
    while (scene.sent.length < 11) await Bun.sleep(5);
    expect(scene.sent.filter(({ key }) => key === long)).toHaveLength(1);
  } finally {
    released.resolve(failed);
    await relay.stop();
  }
});

// security 133
test("several relays keep the order of users whose events they claim in runs", async () => {
  let calls = 0;
  const scene = createRelayScene(
    app,
    async () => {
      calls += 1;
      const fails = calls % 7 === 0;
      await Bun.sleep(0);
      return fails ? failed : delivered;
    },
    { batchSize: 8, concurrency: 3 },
  );
  const destination = await scene.addDestination();
  const users = Array.from({ length: 5 }, newUser);
  for (const user of users) await addBacklog(destination, user, 60);
  const relays = [scene.relay(), scene.relay(), scene.relay()];
  for (let round = 0; round < 100; round += 1) {
    await Promise.all(relays.map((relay) => relay.drain()));
    scene.clock.advance(5000);
    const pending = (await scene.deliveries(destination)).some(
      ({ status }) => status === "pending",
    );
    if (!pending) break;
  }
  for (const relay of relays) await relay.stop();
  for (const user of users) {
    const sent = scene.sent.filter(({ key }) => key === user).map(({ number }) => number);
    expect(sent).toEqual(sent.toSorted((one, other) => one - other));
    expect([...new Set(sent)]).toEqual(numbers(60));
  }
});
