import type { Platform } from "../../platform/platform.ts";

/** The destinations that settings can name. The id of each is its kind. */
export const settingDestinations = ["nats", "amqp", "redis", "kafka", "webhook"] as const;

/** Those that these settings name. */
export function configuredDestinations(settings: Platform["settings"]): string[] {
  const isConfigured: Readonly<Record<(typeof settingDestinations)[number], boolean>> = {
    nats: settings.eventsNatsUrl !== null,
    amqp: settings.eventsAmqpUrl !== null,
    redis: settings.eventsRedisUrl !== null,
    kafka: settings.eventsKafkaBrokers !== null,
    webhook: settings.webhookUrl !== null,
  };
  return settingDestinations.filter((id) => isConfigured[id]);
}
