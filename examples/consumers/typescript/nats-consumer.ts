import { AckPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";

import { handleOnce } from "./store.ts";

const url = new URL(process.env["NATS_URL"] ?? "nats://127.0.0.1:4222");
const user = decodeURIComponent(url.username);
const pass = decodeURIComponent(url.password);
const nats = await connect({
  servers: url.host,
  ...(user === "" ? {} : { user, pass }),
  maxReconnectAttempts: -1,
});

// Gatehouse has made the stream when it sent its first event. The server keeps how far this consumer is.
const manager = await jetstreamManager(nats);
const durable = { durable_name: "example", ack_policy: AckPolicy.Explicit };
await manager.consumers.add("GATEHOUSE", { ...durable, filter_subject: "gatehouse.>" });
const consumer = await jetstream(nats).consumers.get("GATEHOUSE", "example");

for await (const message of await consumer.consume({ max_messages: 100 })) {
  handleOnce(message.string());
  message.ack();
}
