import type { MessageToProduce, Producer } from "@platformatic/kafka";

import { describeKafkaFailure } from "./kafka-failure.ts";
import type { OutboundEvent, SendResult } from "./port.ts";

/** Takes the result for the event at an index. */
export type Settle = (index: number, result: SendResult) => void;

interface PlacedMessage {
  readonly index: number;
  readonly partition: number;
  readonly message: MessageToProduce<string, string, string, string>;
}

const topic = "gatehouse.events";

/**
 * Produces events in one request for each leader of partitions, and settles each result as soon as it is known. Rejects where
 * the topic's partitions cannot be read.
 */
export async function deliverToKafka(
  producer: Producer<string, string, string, string>,
  events: readonly OutboundEvent[],
  settle: Settle,
): Promise<void> {
  const { compatibilityPartitioner } = await import("@platformatic/kafka");
  const metadata = await producer.metadata({ topics: [topic], autocreateTopics: true });
  const count = metadata.topics.get(topic)?.partitionsCount ?? 0;
  if (count === 0) throw new Error(`the topic ${topic} has no partitions`);
  const placed = events.map(({ id, type, key, body }, index) => {
    const headers = new Map([
      ["event_id", id],
      ["event_type", type],
    ]);
    const message = { topic, key, value: body, headers };
    // The partition that Kafka's own clients choose for the key, so that streams of other topics can be joined.
    const partition = compatibilityPartitioner({ topic }, Buffer.from(key)) % count;
    return { index, partition, message: { ...message, partition } };
  });
  await produce(producer, placed, settle);
}

/** Kafka refuses the whole batch of a partition for one of its events, or because they are too large together: it is halved. */
async function produce(
  producer: Producer<string, string, string, string>,
  placed: readonly PlacedMessage[],
  settle: Settle,
): Promise<void> {
  if (placed.length === 0) return;
  try {
    await producer.send({ messages: placed.map(({ message }) => message) });
    for (const { index } of placed) settle(index, { kind: "delivered" });
  } catch (error) {
    const { reason, refusal, takenPartitions } = describeKafkaFailure(error);
    const rest = placed.filter(({ partition }) => !takenPartitions.has(partition));
    for (const { index, partition } of placed) {
      if (takenPartitions.has(partition)) settle(index, { kind: "delivered" });
    }
    if (refusal === null || rest.length === 1) {
      for (const { index, message } of rest) {
        const size = `the event has ${Buffer.byteLength(message.value ?? "")} bytes: `;
        const why = refusal === "dead" ? size + reason : reason;
        settle(index, { kind: refusal ?? "unavailable", reason: why });
      }
      return;
    }
    const half = Math.ceil(rest.length / 2);
    await produce(producer, rest.slice(0, half), settle);
    await produce(producer, rest.slice(half), settle);
  }
}
