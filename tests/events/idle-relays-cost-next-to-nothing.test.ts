import { afterEach, expect, spyOn, test } from "bun:test";

import { createCountedApp } from "../support/counted-app.ts";
import { addDestination } from "../support/events.ts";
import { eventually } from "../support/eventually.ts";
import { createRelayScene } from "../support/relay-scene.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp({ destination: false });
const newUser = (): string => crypto.randomUUID();

afterEach(() => app.rows("truncate event_destinations, event_deliveries"));

async function runningRelay(scene: ReturnType<typeof createRelayScene>, destinations: number) {
  const counted = createCountedApp(app);
  const relay = scene.relay({ db: counted.platform.db });
  relay.start();
  // One reading of the destinations, and a first look for each.
  await eventually(
    () => counted.statements,
    (statements) => statements >= 1 + destinations,
  );
  return {
    counted,
    async [Symbol.asyncDispose]() {
      await relay.stop();
      await counted[Symbol.asyncDispose]();
    },
  };
}

test("an event wakes the loops of its own destinations alone", async () => {
  const scene = createRelayScene(app);
  const destination = await scene.addDestination(["user.updated"]);
  for (let other = 0; other < 12; other += 1) await scene.addDestination(["user.deleted"]);
  await using running = await runningRelay(scene, 13);
  const costs: number[] = [];
  for (const number of [1, 2, 3, 4, 5]) {
    const before = running.counted.statements;
    await scene.write(number, newUser());
    await eventually(
      () => scene.deliveries(destination),
      (rows) => rows.length === number && rows.every(({ status }) => status === "delivered"),
    );
    costs.push(running.counted.statements - before);
  }
  // A claim and its result; thirteen claims if all loops looked. The first ones may be beside those of the start.
  expect(Math.min(...costs)).toBeLessThanOrEqual(4);
});

test("a relay with nothing to do looks once a minute for each destination", async () => {
  const scene = createRelayScene(app);
  for (let count = 0; count < 3; count += 1) await scene.addDestination();
  const timeouts = spyOn(globalThis, "setTimeout");
  try {
    await using _running = await runningRelay(scene, 3);
    const pauses = () =>
      timeouts.mock.calls
        .map(([, milliseconds]) => Number(milliseconds))
        .filter((each) => each > 1000);
    await eventually(pauses, (each) => each.filter((pause) => pause === 60_000).length >= 3);
  } finally {
    timeouts.mockRestore();
  }
});

test("a failed event is tried again when it is due, without a notification", async () => {
  let calls = 0;
  const scene = createRelayScene(app, () => {
    calls += 1;
    return calls === 1 ? { kind: "failed", reason: "500" } : { kind: "delivered" };
  });
  const destination = await scene.addDestination();
  await using running = await runningRelay(scene, 1);
  await scene.write(1, newUser());
  await eventually(
    () => scene.deliveries(destination),
    ([row]) => row?.status === "delivered",
    20,
  );
  // Two claims with their results, and at most one look before the time.
  expect(running.counted.statements).toBeLessThanOrEqual(1 + 1 + 4 + 2);
});

test("a notification names each destination that got a delivery, once for a statement", async () => {
  const seen: string[] = [];
  const scene = createRelayScene(app);
  app.platform.changes.subscribe(({ subject, id }) => {
    if (subject === "events") seen.push(id);
  });
  const [one, other] = [await addDestination(app), await addDestination(app)];
  await scene.write(1, newUser());
  await eventually(
    () => seen,
    (ids) => ids.includes(one) && ids.includes(other),
  );
  expect(seen.filter((id) => id === one || id === other)).toHaveLength(2);
});
