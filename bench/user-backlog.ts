import postgres, { type Sql } from "postgres";

import { createPlatform, type RunningPlatform } from "../src/app/create-platform.ts";
import { createRelay } from "../src/features/events/index.ts";
import type { DestinationKind } from "../src/platform/brokers/port.ts";
import { loadSettings } from "../src/platform/config/load-settings.ts";
import { createHome } from "../tests/support/executable-home.ts";
import { quietLog } from "../tests/support/quiet-log.ts";
import { median } from "./median.ts";
import type { Measurement } from "./measurement.ts";
import { benchSettings } from "./server.ts";

const backlog = 10_000;
const kinds = {
  broker: { batchSize: 500, usersPerBatch: 500, concurrency: 2 },
  webhook: { batchSize: 20, usersPerBatch: 1, concurrency: 16 },
} as const;

/** How fast the backlog of one user is sent, in its order, to a destination that responds at once. */
export const userBacklog: Measurement = {
  name: "user-backlog",
  async measure({ rounds }) {
    await using home = await createHome("postgres");
    const { settings } = loadSettings(
      { ...benchSettings, ...home.settings },
      { isTerminal: false, generateSecret: () => "" },
    );
    const platform = createPlatform(settings, { log: quietLog });
    const sql = postgres(home.settings["DATABASE_URL"] ?? "", { max: 1, onnotice: () => {} });
    await platform.database.open();
    try {
      const rates: Record<keyof typeof kinds, number[]> = { broker: [], webhook: [] };
      for (let round = 0; round < rounds; round += 1) {
        for (const name of ["broker", "webhook"] as const) {
          rates[name].push(await rateOf(platform, sql, kinds[name]));
        }
      }
      return (["broker", "webhook"] as const).map((name) => ({
        id: "events",
        what: `${backlog} events of one user, to a ${name} that responds at once`,
        value: median(rates[name]),
        unit: "events/s",
        target: { atLeast: 500 },
        rounds: rates[name],
      }));
    } finally {
      await sql.end();
      await platform.database.close();
    }
  },
};

/** Events a second, from a table with statistics. */
async function rateOf(
  platform: RunningPlatform,
  sql: Sql,
  sizes: Pick<DestinationKind, "batchSize" | "usersPerBatch" | "concurrency">,
): Promise<number> {
  await sql`truncate events, event_deliveries, event_destinations`;
  await sql`insert into event_destinations (id, kind, created_at) values ('one', 'memory', now())`;
  await sql`
    with added as (
      insert into events (id, type, user_id, payload, created_at)
      select gen_random_uuid(), 'user.logged_in', '00000000-0000-4000-8000-000000000001', '{"data": {}}', now()
      from generate_series(1, ${backlog})
      returning id, user_id, position)
    insert into event_deliveries (event_id, destination_id, key, position, available_at)
    select id, 'one', user_id, position, now() from added`;
  await sql`vacuum analyze events, event_deliveries`;
  const memory: DestinationKind = {
    ...sizes,
    longestPauseSeconds: 3600,
    longestOutageSeconds: null,
    create: () => ({
      send: (events) => Promise.resolve(events.map(() => ({ kind: "delivered" }))),
      close: () => Promise.resolve(),
    }),
  };
  const relay = createRelay(platform, { memory });
  const began = performance.now();
  await relay.drain();
  const seconds = (performance.now() - began) / 1000;
  await relay.stop();
  return backlog / seconds;
}
