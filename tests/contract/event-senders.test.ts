import { createNatsSender } from "../../src/platform/brokers/nats.ts";
import { createRedisSender } from "../../src/platform/brokers/redis.ts";
import { describeEventSender } from "../support/event-sender-contract.ts";
import { findProgram } from "../support/installed-program.ts";
import { startNats } from "../support/nats-broker.ts";
import { startRedis } from "../support/redis-broker.ts";

// `bun run gates` does the same with RabbitMQ and Kafka.
// security 135
describeEventSender({
  name: "NATS JetStream",
  found: findProgram("nats-server"),
  start: startNats,
  create: createNatsSender,
  format: { subject: "gatehouse.user.registered" },
  copiesOfTwo: 1,
  tooManyBytes: 1024 * 1024 + 1,
  refusal: /authorization/i,
});

describeEventSender({
  name: "Redis Streams",
  found: findProgram("redis-server"),
  start: startRedis,
  create: createRedisSender,
  format: { fields: ["event_id", "event_type", "event"] },
  copiesOfTwo: 2,
  tooManyBytes: 16 * 1024 * 1024 + 1,
  refusal: /WRONGPASS/,
});
