import { connect } from "amqplib";

import { handleOnce } from "./store.ts";

const connection = await connect(process.env["AMQP_URL"] ?? "amqp://127.0.0.1:5672");
const channel = await connection.createChannel();
const { queue } = await channel.assertQueue("example", { durable: true });
await channel.assertExchange("gatehouse.events", "topic", { durable: true });
// `user.*` has the events of users alone, `#` has all.
await channel.bindQueue(queue, "gatehouse.events", "#");
// The order of one user's events stays only with one consumer of the queue.
await channel.prefetch(100);
await channel.consume(queue, (message) => {
  if (message === null) throw new Error("the queue was deleted");
  handleOnce(message.content.toString("utf8"));
  channel.ack(message);
});
connection.on("close", () => process.exit(1));
