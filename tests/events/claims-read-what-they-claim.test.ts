import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";

import { claimDeliveries } from "../../src/features/events/relay/claim.ts";
import { addSeconds } from "../../src/kernel/clock.ts";
import { addDestination } from "../support/events.ts";
import { createRelayScene } from "../support/relay-scene.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

/** Events for a destination that could not be reached for a while: so many of each of the users. */
async function addBacklog(destination: string, users: number, eventsOfEach: number): Promise<void> {
  await app.rows(
    `with given as (
       insert into events (id, type, user_id, position, payload, created_at)
       select gen_random_uuid(), 'user.updated', key, number, '{}', now() - interval '1 hour'
       from (select gen_random_uuid() as key from generate_series(1, ${users})) as keys, generate_series(1, ${eventsOfEach}) as number
       returning id, user_id, position, created_at)
     insert into event_deliveries (event_id, destination_id, key, position, available_at)
     select id, '${destination}', user_id, position, created_at from given`,
  );
}

// security 135
// With a million of them, a claim that reads them all would never end within DATABASE_TIMEOUT.
test("a claim from a backlog reads about as many deliveries as it claims", async () => {
  const destinationId = await addDestination(app);
  await addBacklog(destinationId, 2000, 5);
  const client = postgres(app.platform.settings.databaseUrl ?? "", { max: 1 });
  for (const isAnalyzed of [false, true]) {
    if (isAnalyzed) await app.rows("analyze event_deliveries");
    const { claimed, read } = await drizzle(client).transaction(async (tx) => {
      const now = app.platform.clock.now();
      const sizes = { limit: 20, users: 20, eventsOfUser: 20, depth: 20 };
      const claim = { ...sizes, destinationId, isProbe: false, now };
      const result = await claimDeliveries(tx, { ...claim, leaseUntil: addSeconds(now, 60) });
      const [reads] = await tx
        .select({ count: sql<number>`(seq_tup_read + idx_tup_fetch)::integer` })
        .from(sql`pg_stat_xact_user_tables`)
        .where(sql`relname = 'event_deliveries'`);
      return { claimed: result?.deliveries.length, read: reads?.count };
    });
    expect(claimed).toBe(20);
    expect(read).toBeLessThan(300);
  }
  await client.end();
});

// Each attempt of a failing delivery would otherwise change the rows of all events that its user has, which may be thousands.
test("a failed delivery puts off the first 500 after those claimed with it, which are due once it is made", async () => {
  let isFailing = true;
  const scene = createRelayScene(app, () =>
    isFailing ? { kind: "failed", reason: "500" } : { kind: "delivered" },
  );
  const destinationId = await scene.addDestination();
  await addBacklog(destinationId, 1, 1000);
  const countPutOff = async (): Promise<unknown> => {
    const [row] = await app.rows(
      `select count(*)::integer as count from event_deliveries
       where destination_id = '${destinationId}' and status = 'pending' and available_at > '${scene.clock.now().toISOString()}'`,
    );
    return row?.["count"];
  };
  const relay = scene.relay();
  await relay.drain();
  expect(await countPutOff()).toBe(510);
  isFailing = false;
  await app.rows(`update event_deliveries set available_at = now() where attempts = 1`);
  await app.rows(`delete from event_deliveries where position between 30 and 1000`);
  await relay.drain();
  expect(scene.sent).toHaveLength(30);
  expect(await countPutOff()).toBe(0);
  await relay.stop();
});
