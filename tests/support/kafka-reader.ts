import { Consumer, stringDeserializers } from "@platformatic/kafka";

/** A record of the topic `gatehouse.events`. */
export interface KafkaRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type TestConsumer = Consumer<string, string, string, string>;

const topic = "gatehouse.events";

/** Whether the broker at `host:port` is in its cluster: it listens some time before. */
export async function isKafkaReady(broker: string): Promise<boolean> {
  return await withConsumer(broker, async (consumer) => {
    const { brokers } = await consumer.metadata({ topics: [], retries: 0 });
    return brokers.size > 0;
  });
}

/** All records that the broker has now. */
export async function readKafka(broker: string): Promise<KafkaRecord[]> {
  return await withConsumer(broker, readAll);
}

async function withConsumer<T>(
  broker: string,
  use: (consumer: TestConsumer) => Promise<T>,
): Promise<T> {
  const consumer = new Consumer({
    clientId: "tests",
    groupId: crypto.randomUUID(),
    bootstrapBrokers: [broker],
    deserializers: stringDeserializers,
    retries: 20,
    retryDelay: 100,
  });
  try {
    return await use(consumer);
  } finally {
    await consumer.close(true);
  }
}

async function readAll(consumer: TestConsumer): Promise<KafkaRecord[]> {
  await consumer.metadata({ topics: [topic], autocreateTopics: true });
  const ends = (await consumer.listOffsets({ topics: [topic] })).get(topic) ?? [];
  const missing = new Map([...ends.entries()].filter(([, end]) => end > 0n));
  const records: KafkaRecord[] = [];
  if (missing.size === 0) return records;
  const stream = await consumer.consume({ topics: [topic], mode: "earliest", autocommit: false });
  for await (const { partition, offset, key, value, headers } of stream) {
    const end = missing.get(partition) ?? 0n;
    if (offset < end) {
      records.push({ topic, partition, key, headers: Object.fromEntries(headers), body: value });
    }
    if (offset + 1n >= end) missing.delete(partition);
    if (missing.size === 0) break;
  }
  return records;
}
