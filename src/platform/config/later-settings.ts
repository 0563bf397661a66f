const providers = ["GOOGLE", "GITHUB", "MICROSOFT", "GITLAB", "DISCORD", "APPLE"];

/** Names that are reserved for what this version cannot do yet: given, they are pointed out and have no effect. */
export const laterSettingNames: readonly string[] = [
  "PASSWORD_HIBP",
  "REDIRECT_URIS",
  ...providers.flatMap((provider) => [`${provider}_CLIENT_ID`, `${provider}_CLIENT_SECRET`]),
  "RATE_LIMITS_ENABLED",
  "LOCKOUT_THRESHOLD",
  "LOCKOUT_WINDOW",
  "EVENTS_NATS_URL",
  "EVENTS_AMQP_URL",
  "EVENTS_REDIS_URL",
  "WEBHOOK_URL",
  "WEBHOOK_SECRET",
  "WEBHOOK_ALLOW_PRIVATE",
  "POSTS_ENABLED",
  "METRICS_ENABLED",
  "METRICS_TOKEN",
  "OTEL_EXPORTER_OTLP_ENDPOINT",
  "AUDIT_RETENTION",
];
