import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { Producer, stringSerializers } from "@platformatic/kafka";
import postgres, { type Sql } from "postgres";

import { eventually } from "../tests/support/eventually.ts";
import { type Found, findProgram } from "../tests/support/installed-program.ts";
import { type KafkaBroker, startKafka } from "../tests/support/kafka-broker.ts";
import { findKafka } from "../tests/support/kafka-programs.ts";
import { startNats } from "../tests/support/nats-broker.ts";
import { brokerPassword, type TestBroker } from "../tests/support/test-broker.ts";
import { alternate, median } from "./median.ts";
import type { Measurement, Result } from "./measurement.ts";
import { type BenchReplicas, startBenchReplicas } from "./server.ts";

const backlog = 20_000;
const users = 5000;
/** As many as a relay has in its two batches. */
const inFlight = 1000;

/** A broker, with what a replica and its own client need for it. */
interface BenchBroker {
  readonly name: string;
  readonly destination: string;
  find(): Found | Promise<Found>;
  start(program: string): Promise<TestBroker>;
  settings(broker: TestBroker): Readonly<Record<string, string>>;
  /** Events a second with the broker's own client alone. */
  publish(broker: TestBroker): Promise<number>;
}

const brokers: readonly BenchBroker[] = [
  {
    name: "NATS",
    destination: "nats",
    find: () => findProgram("nats-server"),
    start: startNats,
    settings: ({ url }) => ({ EVENTS_NATS_URL: url }),
    publish: publishToNats,
  },
  {
    name: "Kafka",
    destination: "kafka",
    find: findKafka,
    start: (jars) => startKafka(jars, { "num.partitions": "3" }),
    settings: (broker) => ({ EVENTS_KAFKA_BROKERS: openListenerOf(broker) }),
    publish: publishToKafka,
  },
];

/** How fast a backlog of events of many users reaches NATS and Kafka, by one replica and by two, beside their own clients. */
export const events: Measurement = {
  name: "events",
  async measure({ rounds }) {
    const rows: Result[] = [];
    for (const broker of brokers) rows.push(...(await measureBroker(broker, rounds)));
    return rows;
  },
};

async function measureBroker(kind: BenchBroker, rounds: number): Promise<Result[]> {
  const { name, destination } = kind;
  const found = await kind.find();
  if ("missing" in found) throw new Error(found.missing);
  await using broker = await kind.start(found.path);
  const settings = kind.settings(broker);
  await using single = await startBenchReplicas([`events-${destination}-1`], settings);
  await using pair = await startBenchReplicas(
    [`events-${destination}-2`, `events-${destination}-3`],
    settings,
  );
  const rates = await alternate(rounds, {
    client: () => kind.publish(broker),
    one: () => relay(single, destination),
    two: () => relay(pair, destination),
  });
  const ratios = rates.two.map((rate, round) => rate / (rates.one[round] ?? Number.NaN));
  const [client, two] = [rates.client, rates.two].map((each) => Math.round(median(each)));
  return [
    {
      id: "P13",
      what: `events to ${name}, by one replica`,
      value: median(rates.one),
      unit: "events/s",
      target: { atLeast: 2000 },
      rounds: rates.one,
      isHeadline: true,
      note: `its own client with the same confirms: ${client} events/s`,
    },
    {
      id: "P13",
      what: `events to ${name}, by two replicas against one`,
      value: median(ratios),
      unit: "x",
      target: { atLeast: 1.05 },
      rounds: ratios,
      note: `${two} events/s`,
    },
  ];
}

/** Events a second, from when the destination is enabled until the last event of the backlog is delivered. */
async function relay(running: BenchReplicas, destination: string): Promise<number> {
  const sql = postgres(running.databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await sql`update event_destinations set disabled_at = now()`;
    await addBacklog(sql, destination);
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

async function addBacklog(sql: Sql, destination: string): Promise<void> {
  await sql`
    with added as (
      insert into events (id, type, user_id, payload, created_at)
      select gen_random_uuid(), 'user.logged_in', key, jsonb_build_object(
        'event_type', 'user.logged_in', 'timestamp', '2026-11-20T10:11:12.123Z', 'data', jsonb_build_object(
          'user_id', key, 'email', key || '@example.com', 'ip_address', '203.0.113.9')), now()
      from generate_series(1, ${backlog}) as number, lateral (select md5((number % ${users})::text)::uuid as key) as one
      returning id, user_id, position)
    insert into event_deliveries (event_id, destination_id, key, position, available_at)
    select id, ${destination}, user_id, position, now() from added`;
  await sql`vacuum analyze events, event_deliveries`;
}

async function publishToNats({ process: { port } }: TestBroker): Promise<number> {
  const servers = `127.0.0.1:${port}`;
  const nats = await connect({ servers, user: "gatehouse", pass: brokerPassword });
  const manager = await jetstreamManager(nats);
  await manager.streams.add({ name: "GATEHOUSE", subjects: ["gatehouse.>"] });
  const client = jetstream(nats);
  const began = performance.now();
  for (let sent = 0; sent < backlog; sent += inFlight) {
    const acknowledgements = Array.from({ length: inFlight }, () => {
      const id = crypto.randomUUID();
      const body = bodyOf(id, crypto.randomUUID());
      return client.publish("gatehouse.user.logged_in", body, { msgID: id });
    });
    await Promise.all(acknowledgements);
  }
  const rate = backlog / ((performance.now() - began) / 1000);
  await nats.close();
  return rate;
}

async function publishToKafka(broker: TestBroker): Promise<number> {
  const producer = new Producer({
    clientId: "bench",
    bootstrapBrokers: [openListenerOf(broker)],
    idempotent: true,
    autocreateTopics: true,
    serializers: stringSerializers,
    retries: 20,
    retryDelay: 100,
  });
  const topic = "gatehouse.events";
  await producer.metadata({ topics: [topic], autocreateTopics: true });
  const began = performance.now();
  for (let sent = 0; sent < backlog; sent += inFlight) {
    const messages = Array.from({ length: inFlight }, () => {
      const [id, key] = [crypto.randomUUID(), crypto.randomUUID()];
      const headers = { event_id: id, event_type: "user.logged_in" };
      return { topic, key, value: bodyOf(id, key), headers };
    });
    await producer.send({ messages });
  }
  const rate = backlog / ((performance.now() - began) / 1000);
  await producer.close();
  return rate;
}

function bodyOf(id: string, key: string): string {
  const data = { user_id: key, email: `${key}@example.com`, ip_address: "203.0.113.9" };
  const event = { event_type: "user.logged_in", timestamp: "2026-11-20T10:11:12.123Z", data };
  return JSON.stringify({ event_id: id, ...event });
}

function openListenerOf(broker: TestBroker): string {
  return "openListener" in broker ? (broker as KafkaBroker).openListener : "";
}
