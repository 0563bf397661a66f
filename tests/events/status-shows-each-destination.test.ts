import { expect, test } from "bun:test";

import { readDestinationStatus } from "../../src/features/events/index.ts";
import type { SendResult } from "../../src/platform/brokers/port.ts";
import { createRelayScene } from "../support/relay-scene.ts";
import { runCommand } from "../support/run-command.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp({ destination: false });
const newUser = (): string => crypto.randomUUID();

const statusOf = async (id: string) =>
  (await readDestinationStatus(app.platform.db)).find((destination) => destination.id === id);

test("the status of each destination counts its own backlog, with its age and its last error", async () => {
  let isRepaired = false;
  const scene = createRelayScene(
    app,
    ({ destinationId, number }): SendResult => {
      if (isRepaired || destinationId === good) return { kind: "delivered" };
      if (destinationId === down) return { kind: "unavailable", reason: "ECONNREFUSED" };
      if (number === 1) return { kind: "dead", reason: "too large" };
      return number === 2 ? { kind: "failed", reason: "500" } : { kind: "delivered" };
    },
    { batchSize: 20, usersPerBatch: 1, concurrency: 8 },
  );
  const [good, down, poisoned] = [
    await scene.addDestination(),
    await scene.addDestination(),
    await scene.addDestination(),
  ];
  const users = Array.from({ length: 4 }, newUser);
  for (const number of [1, 2, 3]) await scene.write(number, users[number] ?? "");
  // Two later events of the user whose event fails.
  for (const number of [4, 5]) await scene.write(number, users[2] ?? "");
  const [oldest] = await app.rows(
    "select min(created_at) as first, (select created_at from events order by position offset 1 limit 1) as second from events",
  );
  const relay = scene.relay();
  await relay.drain();
  const common = {
    kind: expect.any(String),
    disabledAt: null,
    disabledReason: null,
    announcedAt: null,
  };
  const reached = { ...common, unavailableSince: null, retryAt: null };
  expect(await statusOf(good)).toEqual({
    ...reached,
    id: good,
    backlog: 0,
    retrying: 0,
    dead: 0,
    oldestAt: null,
    lastError: null,
    lastDeliveredAt: expect.any(Date),
  });
  expect(await statusOf(down)).toEqual({
    ...common,
    id: down,
    backlog: 5,
    retrying: 0,
    dead: 0,
    lastError: "ECONNREFUSED",
    lastDeliveredAt: null,
    oldestAt: new Date(String(oldest?.["first"])),
    unavailableSince: expect.any(Date),
    retryAt: expect.any(Date),
  });
  expect(await statusOf(poisoned)).toEqual({
    ...reached,
    id: poisoned,
    backlog: 3,
    retrying: 1,
    dead: 1,
    lastError: "500",
    oldestAt: new Date(String(oldest?.["second"])),
    lastDeliveredAt: expect.any(Date),
  });

  isRepaired = true;
  expect((await runCommand(app, "events replay --dead")).stdout).toBe("1 delivery is due again\n");
  scene.clock.advance(100);
  await relay.drain();
  for (const id of [down, poisoned]) {
    expect(await statusOf(id)).toMatchObject({
      backlog: 0,
      retrying: 0,
      dead: 0,
      oldestAt: null,
      lastError: null,
      unavailableSince: null,
      retryAt: null,
    });
  }
  await relay.stop();
});

test("the command names a destination that cannot be reached, and one whose setting no replica has", async () => {
  await app.rows("truncate event_destinations, events, event_deliveries");
  const announced = (minutes: number) => `now() - interval '${minutes} minutes'`;
  await app.rows(
    `insert into event_destinations (id, kind, created_at, announced_at, failures, unavailable_since, retry_at, last_error) values
     ('amqp', 'amqp', now(), ${announced(1)}, 3, '2026-11-20T10:00:00Z', now() + interval '1 minute', 'ECONNREFUSED'),
     ('nats', 'nats', now(), ${announced(5)}, 0, null, null, null)`,
  );
  const { stdout } = await runCommand(app, "events status");
  const rows = stdout
    .split("\n")
    .slice(1, 3)
    .map((row) => row.split(/ {2,}/));
  expect(rows).toEqual([
    ["amqp (away since 2026-11-20T10:00:00.000Z)", "0", "0", "0", "-", "-", "ECONNREFUSED"],
    ["nats (no replica has its setting)", "0", "0", "0", "-", "-", "-"],
  ]);
  const json = JSON.parse((await runCommand(app, "events status --json")).stdout);
  expect(json.destinations[0]).toMatchObject({
    id: "amqp",
    unavailable_since: "2026-11-20T10:00:00.000Z",
    retry_at: expect.any(String),
    announced_at: expect.any(String),
  });
});
