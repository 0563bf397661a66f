import { setDefaultTimeout } from "bun:test";

import { describeEventsReach } from "../support/events-reach-broker.ts";
import { findProgram } from "../support/installed-program.ts";
import { startNats } from "../support/nats-broker.ts";
import { startRedis } from "../support/redis-broker.ts";

setDefaultTimeout(120_000);

// events-reach-rabbitmq-and-kafka.test.ts does the same with these.
// security 135
describeEventsReach({
  name: "NATS JetStream",
  found: findProgram("nats-server"),
  settings: (url) => ({ EVENTS_NATS_URL: url }),
  database: "postgres",
  start: startNats,
});

describeEventsReach({
  name: "Redis Streams",
  found: findProgram("redis-server"),
  settings: (url) => ({ EVENTS_REDIS_URL: url }),
  database: "embedded",
  start: startRedis,
});
