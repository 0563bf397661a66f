import type { Settings } from "../config/settings.ts";
import type { Logger } from "../log/port.ts";
import { createKafkaSender, type KafkaOptions } from "./kafka.ts";
import { createNatsSender } from "./nats.ts";
import type { DestinationKind, EventSender } from "./port.ts";
import { createRabbitmqSender } from "./rabbitmq.ts";
import { createRedisSender } from "./redis.ts";

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
