import { setDefaultTimeout } from "bun:test";

import { describeEventsReach } from "../support/events-reach-broker.ts";
import { findProgram } from "../support/installed-program.ts";
import { kafkaAddress, startKafka } from "../support/kafka-broker.ts";
import { findKafka } from "../support/kafka-programs.ts";
import { startRabbitmq } from "../support/rabbitmq-broker.ts";

setDefaultTimeout(120_000);

// security 135
describeEventsReach({
  name: "RabbitMQ",
  found: findProgram("rabbitmq-server"),
  settings: (url) => ({ EVENTS_AMQP_URL: url }),
  database: "postgres",
  start: startRabbitmq,
});

describeEventsReach({
  name: "Kafka",
  found: await findKafka(),
  settings: kafkaSettings,
  database: "postgres",
  start: startKafka,
});

function kafkaSettings(url: string): Readonly<Record<string, string>> {
  const { brokers: hosts, credentials } = kafkaAddress(url);
  return {
    EVENTS_KAFKA_BROKERS: hosts.join(","),
    EVENTS_KAFKA_SASL: "scram-sha-512",
    EVENTS_KAFKA_USERNAME: credentials.username,
    EVENTS_KAFKA_PASSWORD: credentials.password,
  };
}
