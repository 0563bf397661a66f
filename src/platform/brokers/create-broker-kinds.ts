import type { Settings } from "../config/settings.ts";
import type { Logger } from "../log/port.ts";
import { probeBroker } from "./broker-sender.ts";
import { createKafkaSender, type KafkaOptions, probeKafka } from "./kafka.ts";
import { createNatsSender, natsBroker } from "./nats.ts";
import type { DestinationKind, EventSender } from "./port.ts";
import { createRabbitmqSender, rabbitmqBroker } from "./rabbitmq.ts";
import { createRedisSender, redisBroker } from "./redis.ts";

type BrokerSettings = Pick<
  Settings,
  | "eventsNatsUrl"
  | "eventsAmqpUrl"
  | "eventsRedisUrl"
  | "eventsKafkaBrokers"
  | "eventsKafkaTls"
  | "eventsKafkaUsername"
  | "eventsKafkaPassword"
  | "eventsKafkaSasl"
>;

/** The kinds of destinations that are brokers of the settings, by their names in `event_destinations.kind`. */
export function createBrokerKinds(
  settings: BrokerSettings,
  log: Logger,
): Readonly<Record<string, DestinationKind>> {
  const { eventsNatsUrl, eventsAmqpUrl, eventsRedisUrl } = settings;
  return {
    ...kind("nats", eventsNatsUrl, (url) => createNatsSender({ url })),
    ...kind("amqp", eventsAmqpUrl, (url) => createRabbitmqSender({ url, log })),
    ...kind("redis", eventsRedisUrl, (url) => createRedisSender({ url })),
    ...kind("kafka", kafkaOptions(settings), createKafkaSender),
  };
}

/** Tries to connect to a broker. The reason why it cannot, without a secret, or null. */
type ProbeBroker = () => Promise<string | null>;

/** What tries to connect to each broker of the settings, by the names of the kinds. A first connection makes what is missing. */
export function createBrokerProbes(
  settings: BrokerSettings,
  log: Logger,
): ReadonlyMap<string, ProbeBroker> {
  const { eventsNatsUrl, eventsAmqpUrl, eventsRedisUrl } = settings;
  const kafka = kafkaOptions(settings);
  const probes = new Map<string, ProbeBroker>();
  if (eventsNatsUrl) probes.set("nats", () => probeBroker(natsBroker({ url: eventsNatsUrl })));
  if (eventsAmqpUrl) {
    probes.set("amqp", () => probeBroker(rabbitmqBroker({ url: eventsAmqpUrl, log })));
  }
  if (eventsRedisUrl) probes.set("redis", () => probeBroker(redisBroker({ url: eventsRedisUrl })));
  if (kafka) probes.set("kafka", () => probeKafka(kafka));
  return probes;
}

function kafkaOptions(settings: BrokerSettings): KafkaOptions | null {
  const { eventsKafkaBrokers: brokers, eventsKafkaTls: encrypted } = settings;
  const { eventsKafkaSasl: mechanism } = settings;
  const { eventsKafkaUsername: username, eventsKafkaPassword: password } = settings;
  if (brokers === null) return null;
  const credentials =
    username === null || password === null ? null : { mechanism, username, password };
  return { brokers, encrypted, credentials };
}

function kind<Address>(
  name: string,
  address: Address | null,
  create: (address: Address) => EventSender,
): Readonly<Record<string, DestinationKind>> {
  if (address === null) return {};
  const limits = {
    batchSize: 500,
    usersPerBatch: 500,
    concurrency: 2,
    longestPauseSeconds: 3600,
    longestOutageSeconds: null,
  };
  return { [name]: { ...limits, create: () => create(address) } };
}
