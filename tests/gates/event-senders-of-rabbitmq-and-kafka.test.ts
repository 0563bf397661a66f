import { createKafkaSender } from "../../src/platform/brokers/kafka.ts";
import { createRabbitmqSender } from "../../src/platform/brokers/rabbitmq.ts";
import { describeEventSender } from "../support/event-sender-contract.ts";
import { findProgram } from "../support/installed-program.ts";
import { kafkaAddress, startKafka } from "../support/kafka-broker.ts";
import { findKafka } from "../support/kafka-programs.ts";
import { quietLog } from "../support/quiet-log.ts";
import { startRabbitmq } from "../support/rabbitmq-broker.ts";

// security 135
describeEventSender({
  name: "RabbitMQ",
  found: findProgram("rabbitmq-server"),
  start: startRabbitmq,
  create: (options) => createRabbitmqSender({ ...options, log: quietLog }),
  format: { exchange: "gatehouse.events", contentType: "application/json", deliveryMode: 2 },
  copiesOfTwo: 2,
  tooManyBytes: 16 * 1024 * 1024 + 1,
  refusal: /ACCESS_REFUSED/,
});

describeEventSender({
  name: "Kafka",
  found: await findKafka(),
  start: startKafka,
  create: ({ url, trustedCertificates, connectTimeoutSeconds, answerTimeoutSeconds }) =>
    createKafkaSender({
      ...kafkaAddress(url),
      ...(trustedCertificates === undefined ? {} : { trustedCertificates }),
      sendTimeoutSeconds: (connectTimeoutSeconds ?? 8) + (answerTimeoutSeconds ?? 18),
    }),
  format: { topic: "gatehouse.events", headers: ["event_id", "event_type"] },
  copiesOfTwo: 2,
  tooManyBytes: 1024 * 1024 + 1,
  refusal: /SASL_AUTHENTICATION_FAILED/,
});
