import { expect, test } from "bun:test";
import postgres from "postgres";

import { createRelayScene } from "../support/relay-scene.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
const newUser = (): string => crypto.randomUUID();

// security 133
test("three relays keep the order of each user while sends fail, and send each event one at a time", async () => {
  const underWay = new Set<string>();
  const overlaps: string[] = [];
  let calls = 0;
  const scene = createRelayScene(app, async ({ id }) => {
    if (underWay.has(id)) overlaps.push(id);
    underWay.add(id);
    calls += 1;
    const fails = calls % 4 === 0;
    await Bun.sleep(0);
    underWay.delete(id);
    return fails ? { kind: "failed", reason: "every fourth fails" } : { kind: "delivered" };
  });
  const destination = await scene.addDestination();
  const users = Array.from({ length: 7 }, newUser);
  for (let number = 0; number < 84; number += 1) {
    await scene.write(number, users[number % users.length] ?? "");
  }
  const relays = [scene.relay(), scene.relay(), scene.relay()];
  for (let round = 0; round < 60; round += 1) {
    await Promise.all(relays.map((relay) => relay.drain()));
    scene.clock.advance(3601);
  }
  for (const relay of relays) await relay.stop();

  const rows = await scene.deliveries(destination);
  expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(["delivered"]));
  expect(overlaps).toEqual([]);
  for (const user of users) {
    const numbers = scene.sent.filter(({ key }) => key === user).map(({ number }) => number);
    // A failed one is sent again before the next one: the numbers never decrease, and each is there.
    expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
    expect(new Set(numbers).size).toBe(12);
  }
  const ids = new Map(scene.sent.map(({ number, id }) => [number, id]));
  expect(scene.sent.every(({ number, id }) => ids.get(number) === id)).toBe(true);
});

// security 133
test("the events of a relay that crashed are sent again once its lease has ended, before later ones", async () => {
  const scene = createRelayScene(app);
  const destination = await scene.addDestination();
  const user = newUser();
  await scene.write(1, user);
  await scene.write(2, user);
  // What a relay leaves behind that was killed after it claimed the first event.
  await app.rows(
    `update event_deliveries set attempts = 1, available_at = now() + interval '60 seconds'
     where destination_id = '${destination}' and position = (
       select min(position) from event_deliveries where destination_id = '${destination}')`,
  );
  const relay = scene.relay();
  await relay.drain();
  expect(scene.sent).toEqual([]);
  scene.clock.advance(61);
  await relay.drain();
  expect(scene.sent.map(({ number, attempt }) => [number, attempt])).toEqual([
    [1, 2],
    [2, 1],
  ]);
  await relay.stop();
});

// security 132
test("an event that is committed after a later one was sent is sent too", async () => {
  const scene = createRelayScene(app);
  const destination = await scene.addDestination();
  const [slow, quick] = [newUser(), newUser()];
  const connection = postgres(app.platform.settings.databaseUrl ?? "", { max: 1 });
  const relay = scene.relay();
  try {
    await connection.begin(async (tx) => {
      await tx.unsafe(`
        with event as (
          insert into events (id, type, user_id, payload, created_at)
          values (gen_random_uuid(), 'user.updated', '${slow}', '{"data": {"fields": ["1"]}}', now())
          returning id, user_id, position, created_at)
        insert into event_deliveries (event_id, destination_id, key, position, available_at)
        select id, '${destination}', user_id, position, created_at from event`);
      await scene.write(2, quick);
      await relay.drain();
      expect(scene.numbers()).toEqual([2]);
    });
  } finally {
    await connection.end();
  }
  await relay.drain();
  expect(scene.numbers()).toEqual([2, 1]);
  await relay.stop();
});
