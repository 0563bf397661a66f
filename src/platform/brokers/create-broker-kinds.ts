import type { Settings } from "../config/settings.ts";
import type { Logger } from "../log/port.ts";
import { createNatsSender } from "./nats.ts";
import type { DestinationKind, EventSender } from "./port.ts";
import { createRabbitmqSender } from "./rabbitmq.ts";
import { createRedisSender } from "./redis.ts";

/** The kinds of destinations that are brokers of the settings, by their names in `event_destinations.kind`. */
export function createBrokerKinds(
  settings: Pick<Settings, "eventsNatsUrl" | "eventsAmqpUrl" | "eventsRedisUrl">,
  log: Logger,
): Readonly<Record<string, DestinationKind>> {
  const { eventsNatsUrl, eventsAmqpUrl, eventsRedisUrl } = settings;
  return {
    ...kind("nats", eventsNatsUrl, (url) => createNatsSender({ url })),
    ...kind("amqp", eventsAmqpUrl, (url) => createRabbitmqSender({ url, log })),
    ...kind("redis", eventsRedisUrl, (url) => createRedisSender({ url })),
  };
}

function kind(
  name: string,
  url: string | null,
  create: (url: string) => EventSender,
): Readonly<Record<string, DestinationKind>> {
  if (url === null) return {};
  const limits = { batchSize: 500, concurrency: 2, longestPauseSeconds: 3600 };
  return { [name]: { ...limits, create: () => create(url) } };
}
