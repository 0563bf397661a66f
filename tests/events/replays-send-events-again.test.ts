import { expect, test } from "bun:test";

import type { SendResult } from "../../src/platform/brokers/port.ts";
import { addDestination } from "../support/events.ts";
import { createRelayScene } from "../support/relay-scene.ts";
import { runCommand } from "../support/run-command.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
const newUser = (): string => crypto.randomUUID();

// security 134
test("a replay sends dead events again, and those that a new destination has missed, in each user's order", async () => {
  let isBroken = true;
  const scene = createRelayScene(app, ({ number }): SendResult =>
    isBroken && number === 1 ? { kind: "dead", reason: "too large" } : { kind: "delivered" },
  );
  const first = await scene.addDestination();
  const user = newUser();
  for (const number of [1, 2]) await scene.write(number, user);
  const relay = scene.relay();
  await relay.drain();
  expect(scene.numbers()).toEqual([1, 2]);

  isBroken = false;
  await scene.write(3, user);
  const dead = await runCommand(app, `events replay --dead --destination ${first}`);
  expect(dead).toEqual({ exitCode: 0, stdout: "1 delivery is due again\n", stderr: "" });
  await relay.drain();
  expect(scene.numbers()).toEqual([1, 2, 1, 3]);

  const second = await scene.addDestination();
  const since = await runCommand(app, `events replay --since 1h --destination ${second}`);
  expect(since.stdout).toBe("3 deliveries are due again\n");
  await relay.drain();
  const again = scene.sent.slice(4);
  expect(again.map(({ number, destinationId }) => [number, destinationId])).toEqual([
    [1, second],
    [2, second],
    [3, second],
  ]);
  expect(new Set(scene.sent.map(({ id }) => id)).size).toBe(3);
  expect((await runCommand(app, "events replay --since 1h --type user.deleted")).stdout).toBe(
    "0 deliveries are due again\n",
  );
  expect((await runCommand(app, "events replay --since 2100-01-01T00:00:00Z")).stdout).toBe(
    "0 deliveries are due again\n",
  );
  expect((await runCommand(app, "events replay --since 1h --type user.updated")).stdout).toBe(
    "6 deliveries are due again\n",
  );
  const entries = await app.rows(
    "select detail->'count' as count, actor_kind from audit_log where action = 'events.replayed' order by at",
  );
  expect(entries[0]).toEqual({ count: 1, actor_kind: "operator" });
  await relay.stop();
});

test("a replay says what it replays, of events and destinations that exist", async () => {
  for (const words of ["", "--since yesterday", "--since 1h --type user.unknown"]) {
    expect((await runCommand(app, `events replay ${words}`.trim())).exitCode).toBe(2);
  }
  const unknown = await runCommand(app, "events replay --dead --destination unknown");
  expect([unknown.exitCode, unknown.stderr]).toEqual([1, expect.stringContaining("destination")]);
  const disabled = await addDestination(app);
  await app.rows(`update event_destinations set disabled_at = now() where id = '${disabled}'`);
  expect((await runCommand(app, `events replay --dead --destination ${disabled}`)).exitCode).toBe(
    1,
  );
});
