import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import postgres, { type Sql } from "postgres";

import { eventually } from "../tests/support/eventually.ts";
import { startNats } from "../tests/support/nats-broker.ts";
import { brokerPassword, type TestBroker } from "../tests/support/test-broker.ts";
import { alternate, median } from "./median.ts";
import type { Measurement } from "./measurement.ts";
import { type BenchReplicas, startBenchReplicas } from "./server.ts";

const backlog = 20_000;
const users = 5000;
/** As many as a relay has in its two batches. */
const inFlight = 1000;

/** How fast a backlog of events of many users reaches NATS, by one replica and by two, beside NATS's own client. */
export const events: Measurement = {
  name: "events",
  async measure({ rounds }) {
    const program = Bun.which("nats-server", { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin` });
    if (program === null) throw new Error("nats-server is missing");
    await using broker = await startNats(program);
    const settings = { EVENTS_NATS_URL: broker.url };
    await using single = await startBenchReplicas(["events-1"], settings);
    await using pair = await startBenchReplicas(["events-2", "events-3"], settings);
    const rates = await alternate(rounds, {
      client: () => publishByClient(broker),
      one: () => relay(single),
      two: () => relay(pair),
    });
    const ratios = rates.two.map((rate, round) => rate / (rates.one[round] ?? Number.NaN));
    const [client, two] = [rates.client, rates.two].map((each) => Math.round(median(each)));
    return [
      {
        id: "P13",
        what: "events to NATS, by one replica",
        value: median(rates.one),
        unit: "events/s",
        target: { atLeast: 2000 },
        rounds: rates.one,
        note: `its own client with the same confirms: ${client} events/s`,
      },
      {
        id: "P13",
        what: "events to NATS, by two replicas against one",
        value: median(ratios),
        unit: "x",
        target: { atLeast: 1.05 },
        rounds: ratios,
        note: `${two} events/s`,
      },
    ];
  },
};

/** Events a second, from when the destination is enabled until the last event of the backlog is delivered. */
async function relay(running: BenchReplicas): Promise<number> {
  const sql = postgres(running.databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await sql`update event_destinations set disabled_at = now()`;
    await addBacklog(sql);
    const began = performance.now();
    await sql`update event_destinations set disabled_at = null`;
    await eventually(
      () => sql`select from event_deliveries where status = 'pending' limit 1`,
      (waiting) => waiting.length === 0,
      120,
    );
    return backlog / ((performance.now() - began) / 1000);
  } finally {
    await sql.end();
  }
}

async function addBacklog(sql: Sql): Promise<void> {
  await sql`
    with added as (
      insert into events (id, type, user_id, payload, created_at)
      select gen_random_uuid(), 'user.logged_in', key, jsonb_build_object(
        'event_type', 'user.logged_in', 'timestamp', '2026-11-20T10:11:12.123Z', 'data', jsonb_build_object(
          'user_id', key, 'email', key || '@example.com', 'ip_address', '203.0.113.9')), now()
      from generate_series(1, ${backlog}) as number, lateral (select md5((number % ${users})::text)::uuid as key) as one
      returning id, user_id, position)
    insert into event_deliveries (event_id, destination_id, key, position, available_at)
    select id, 'nats', user_id, position, now() from added`;
  await sql`vacuum analyze events, event_deliveries`;
}

/** Events a second with NATS's own client alone. */
async function publishByClient({ process: { port } }: TestBroker): Promise<number> {
  const servers = `127.0.0.1:${port}`;
  const nats = await connect({ servers, user: "gatehouse", pass: brokerPassword });
  const manager = await jetstreamManager(nats);
  await manager.streams.add({ name: "GATEHOUSE", subjects: ["gatehouse.>"] });
  const client = jetstream(nats);
  const key = crypto.randomUUID();
  const data = { user_id: key, email: `${key}@example.com`, ip_address: "203.0.113.9" };
  const event = { event_type: "user.logged_in", timestamp: "2026-11-20T10:11:12.123Z", data };
  const began = performance.now();
  for (let sent = 0; sent < backlog; sent += inFlight) {
    const acknowledgements = Array.from({ length: inFlight }, () => {
      const id = crypto.randomUUID();
      const body = JSON.stringify({ event_id: id, ...event });
      return client.publish("gatehouse.user.logged_in", body, { msgID: id });
    });
    await Promise.all(acknowledgements);
  }
  const rate = backlog / ((performance.now() - began) / 1000);
  await nats.close();
  return rate;
}
