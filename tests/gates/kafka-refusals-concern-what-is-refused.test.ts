import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { createServer } from "node:tls";

import { createKafkaSender, type KafkaOptions } from "../../src/platform/brokers/kafka.ts";
import type { EventSender, OutboundEvent } from "../../src/platform/brokers/port.ts";
import { describeWhere } from "../support/installed-program.ts";
import { type KafkaBroker, kafkaAddress, startKafka } from "../support/kafka-broker.ts";
import { findKafka } from "../support/kafka-programs.ts";
import { brokerPassword } from "../support/test-broker.ts";
import { TEST_CERTIFICATE, TEST_KEY } from "../support/test-certificate.ts";

setDefaultTimeout(60_000);

const delivered = { kind: "delivered" } as const;
const dead = { kind: "dead", reason: expect.stringMatching(/bytes: .*MESSAGE_TOO_LARGE/) } as const;

function unavailable(reason: RegExp) {
  return { kind: "unavailable", reason: expect.stringMatching(reason) } as const;
}

function createEvent(changes: Partial<OutboundEvent> = {}): OutboundEvent {
  const [id, key] = [crypto.randomUUID(), crypto.randomUUID()];
  const event = { id, key, type: "user.registered", body: "{}", attempt: 1 };
  return { ...event, createdAt: new Date(0), ...changes };
}

function send(sender: EventSender, events: readonly OutboundEvent[]) {
  return sender.send(events, AbortSignal.timeout(30_000));
}

describeWhere("Kafka with three partitions", await findKafka(), (jars) => {
  let broker: KafkaBroker;
  beforeAll(async () => {
    // Made by the first event, as by an operator who lets brokers make topics.
    broker = await startKafka(jars, { "num.partitions": "3" });
  });
  afterAll(() => broker?.[Symbol.asyncDispose]());

  async function withSender<T>(
    changes: Partial<KafkaOptions>,
    use: (sender: EventSender) => Promise<T>,
  ): Promise<T> {
    const sender = createKafkaSender({ ...kafkaAddress(broker.url), ...changes });
    try {
      return await use(sender);
    } finally {
      await sender.close();
    }
  }

  async function arrived(events: readonly OutboundEvent[]) {
    const ids = new Set(events.map(({ id }) => id));
    return (await broker.readRecords()).filter(({ headers }) => ids.has(headers["event_id"] ?? ""));
  }

  test("a user's events have the partition that Kafka's own clients choose for the user's id", async () => {
    // Kafka's own values: org.apache.kafka.common.utils.UtilsTest.
    const hashes = { "21": -973932308, foobar: -790332482, "a-little-bit-long-string": -985981536 };
    const keys = Object.keys(hashes);
    const events = [...keys, ...keys].map((key) => createEvent({ key }));

    for (const event of events) {
      expect(await withSender({}, (sender) => send(sender, [event]))).toEqual([delivered]);
    }

    const records = await arrived(events);
    expect(records).toHaveLength(6);
    for (const [key, hash] of Object.entries(hashes)) {
      const partitions = records.filter((record) => record.key === key);
      expect(partitions.map(({ partition }) => partition)).toEqual([
        (hash & 0x7fffffff) % 3,
        (hash & 0x7fffffff) % 3,
      ]);
    }
  });

  test.each(["plain", "scram-sha-256", "scram-sha-512"] as const)(
    "takes events with the password by %s",
    async (mechanism) => {
      const login = { mechanism, username: "gatehouse" };
      const credentials = { ...login, password: brokerPassword };
      const results = await withSender({ credentials }, (sender) => send(sender, [createEvent()]));
      expect(results).toEqual([delivered]);
    },
  );

  test("nothing is taken without the password, or without the encryption that a listener wants", async () => {
    const withoutPassword = { ...kafkaAddress(broker.url), credentials: null };
    const withoutEncryption = { ...kafkaAddress(broker.encryptedUrl), encrypted: false };
    for (const options of [withoutPassword, withoutEncryption]) {
      const results = await withSender(options, (sender) => send(sender, [createEvent()]));
      expect(results).toEqual([unavailable(/./)]);
    }
  });

  test("a trusted certificate of another host is refused", async () => {
    const server = createServer({ key: TEST_KEY, cert: TEST_CERTIFICATE });
    let received = 0;
    server.on("secureConnection", (socket) =>
      socket.on("data", (chunk) => (received += chunk.length)),
    );
    server.on("tlsClientError", () => {});
    await new Promise<void>((listening) => server.listen(0, "127.0.0.2", listening));
    const address = server.address();
    const port = address === null || typeof address === "string" ? 0 : address.port;
    const options = { brokers: [`127.0.0.2:${port}`], encrypted: true };

    const [result] = await withSender(
      { ...options, trustedCertificates: TEST_CERTIFICATE, sendTimeoutSeconds: 10 },
      (sender) => send(sender, [createEvent()]),
    );

    expect(result).toEqual(unavailable(/certificate|altname/i));
    expect(received).toBe(0);
    server.close();
  });

  test("a batch that is too large is split, and no event of it arrives twice", async () => {
    const events = Array.from({ length: 200 }, () => createEvent({ body: "x".repeat(30_000) }));
    const large = createEvent({ body: "x".repeat(2_000_000) });
    const batch = [...events.slice(0, 77), large, ...events.slice(77)];

    const results = await withSender({}, (sender) => send(sender, batch));

    expect(results).toEqual(batch.map((event) => (event === large ? dead : delivered)));
    expect(await arrived(batch)).toHaveLength(events.length);
  });
});

describeWhere("Kafka whose brokers make no topics", await findKafka(), (jars) => {
  test("is named as the reason, and gets nothing", async () => {
    await using broker = await startKafka(jars, { "auto.create.topics.enable": "false" });
    const sender = createKafkaSender(kafkaAddress(broker.url));
    expect(await send(sender, [createEvent()])).toEqual([
      unavailable(/Unknown topic gatehouse\.events/),
    ]);
    await sender.close();
  });
});
