import { Consumer, stringDeserializers } from "@platformatic/kafka";

import { handleOnce } from "./store.ts";

const consumer = new Consumer({
  clientId: "example",
  groupId: "example",
  bootstrapBrokers: (process.env["KAFKA_BROKERS"] ?? "127.0.0.1:9092").split(","),
  deserializers: stringDeserializers,
  // After a crash, the partitions are free again so soon.
  sessionTimeout: 10_000,
});
// With partitions shared by several processes, one user's events still have one partition and keep their order.
const messages = await consumer.consume({
  topics: ["gatehouse.events"],
  mode: "committed",
  fallbackMode: "earliest",
  autocommit: false,
});
for await (const message of messages) {
  handleOnce(message.value);
  await message.commit();
}
