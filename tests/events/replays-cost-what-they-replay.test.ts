import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";

import { nextEvents, type ReplayFilter } from "../../src/features/events/replay-events.ts";
import { createRelayScene } from "../support/relay-scene.ts";
import { runCommand } from "../support/run-command.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

/** So many delivered events of different users, a second apart, the last of them now. */
async function addEvents(destination: string, count: number): Promise<void> {
  const step = 10_000;
  for (let first = 1; first <= count; first += step) {
    await app.rows(
      `with given as (
       insert into events (id, type, user_id, position, payload, created_at)
       select gen_random_uuid(), 'user.updated', gen_random_uuid(), number,
         jsonb_build_object('data', jsonb_build_object('fields', jsonb_build_array(number::text))),
         now() - make_interval(secs => ${count} - number)
       from generate_series(${first}, ${first + step - 1}) as number
       returning id, user_id, position, created_at)
     insert into event_deliveries (event_id, destination_id, key, position, available_at, status, delivered_at)
     select id, '${destination}', user_id, position, created_at, 'delivered', created_at from given`,
    );
  }
}

/** What the plan of a query has read in all: rows that are found and rows that a condition removes. */
function countRead(plan: Record<string, unknown>): number {
  const children = Array.isArray(plan["Plans"]) ? plan["Plans"] : [];
  const own =
    "Relation Name" in plan
      ? Number(plan["Actual Rows"]) + Number(plan["Rows Removed by Filter"] ?? 0)
      : 0;
  return children.reduce((sum: number, child) => sum + countRead(child), own);
}

async function planOf(filter: ReplayFilter, position: number): Promise<Record<string, unknown>> {
  const query = nextEvents(filter, { position, id: "00000000-0000-0000-0000-000000000000" });
  const result: unknown = await app.platform.db.execute(
    sql`explain (analyze, format json) ${query}`,
  );
  const [row] = Array.isArray(result) ? result : [];
  return row["QUERY PLAN"][0].Plan;
}

test("a replay reads the events that it sends again, and not the hundred thousand before them", async () => {
  const scene = createRelayScene(app);
  const destination = await scene.addDestination();
  await addEvents(destination, 100_000);
  const all = { type: null, isDeadOnly: false, destinationId: destination };
  const since = new Date(Date.now() - 200_000);
  for (const isAnalyzed of [false, true]) {
    if (isAnalyzed) await app.rows("analyze events, event_deliveries");
    const plan = await planOf({ ...all, since }, 99_800);
    expect(countRead(plan)).toBeLessThan(1000);
  }
  await app.rows(
    `update event_deliveries set status = 'dead', dead_at = now(), delivered_at = null where position in (7, 50000)`,
  );
  const dead = await planOf({ ...all, since: null, isDeadOnly: true }, 0);
  expect(countRead(dead)).toBeLessThan(1000);

  // A position that an older event took later is no place before which everything is older.
  await app.rows(
    `update events set created_at = now() - interval '30 seconds' where position = 99000`,
  );
  const relay = scene.relay();
  const since60 = await runCommand(app, `events replay --since 60s --destination ${destination}`);
  expect(since60.stdout).toMatch(/^(5|6)\d deliveries are due again\n$/);
  await relay.drain();
  const numbers = scene.numbers();
  expect(numbers[0]).toBe(99_000);
  expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));

  const replayed = await runCommand(app, `events replay --dead --destination ${destination}`);
  expect(replayed.stdout).toBe("2 deliveries are due again\n");
  await relay.drain();
  expect(scene.numbers().slice(-2)).toEqual([7, 50_000]);
  await relay.stop();
});

test("a replay wakes the relays of the destination whose events are due again", async () => {
  const scene = createRelayScene(app);
  const destination = await scene.addDestination();
  const relay = scene.relay();
  relay.start();
  try {
    await scene.write(1, crypto.randomUUID());
    while (scene.sent.length < 1) await Bun.sleep(5);
    while ((await scene.deliveries(destination))[0]?.status !== "delivered") await Bun.sleep(5);
    await runCommand(
      app,
      `events replay --since 1h --type user.updated --destination ${destination}`,
    );
    const began = performance.now();
    while (scene.sent.length < 2) {
      if (performance.now() - began > 20_000) throw new Error("not sent again");
      await Bun.sleep(5);
    }
  } finally {
    await relay.stop();
  }
});
