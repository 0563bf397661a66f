import { brokerAddress, brokerHosts, webhookAddress, webhookSecret } from "../destination-kinds.ts";
import { boolean, choice, secret, text } from "../kinds.ts";
import type { SettingGroup } from "../setting.ts";
import { exampleWebhookSecret } from "../weak-secrets.ts";

/** Where events are sent, and what they contain. */
export const events = {
  title: "Events",
  introduction:
    "Where events for other systems are sent, and what they contain (docs/events.md). Each destination gets every event after the first start with its setting; when a setting is removed, its undelivered events are deleted.",
  settings: {
    EVENTS_INCLUDE_TOKENS: {
      kind: boolean,
      default: "true",
      description:
        "Whether `user.registered` contains the verification token, for a system that sends its own mails.",
    },
    EVENTS_NATS_URL: {
      kind: brokerAddress("nats", "tls"),
      default: null,
      description: "NATS with JetStream. Events are published to the stream `GATEHOUSE`.",
      example: "nats://gatehouse:password@localhost:4222",
    },
    EVENTS_AMQP_URL: {
      kind: brokerAddress("amqp", "amqps"),
      default: null,
      description: "RabbitMQ. Events are published to the topic exchange `gatehouse.events`.",
      example: "amqp://gatehouse:password@localhost:5672",
    },
    EVENTS_REDIS_URL: {
      kind: brokerAddress("redis", "rediss"),
      default: null,
      description:
        "Redis 6 or newer, or Valkey. Events are added to the stream `gatehouse:events`.",
      example: "redis://:password@localhost:6379",
    },
    EVENTS_KAFKA_BROKERS: {
      kind: brokerHosts,
      default: null,
      description: "Kafka. Events are produced to the topic `gatehouse.events`.",
      example: "kafka-1.example.com:9092,kafka-2.example.com:9092",
    },
    EVENTS_KAFKA_TLS: {
      kind: boolean,
      default: "false",
      description: "Whether the connections to Kafka are encrypted.",
    },
    EVENTS_KAFKA_USERNAME: {
      kind: text(320),
      default: null,
      description: "The username for Kafka (SASL). `EVENTS_KAFKA_PASSWORD` is required with it.",
      example: "gatehouse",
    },
    EVENTS_KAFKA_PASSWORD: {
      kind: secret(1),
      default: null,
      description: "The password for Kafka (SASL).",
      example: "the-password",
      secret: true,
    },
    EVENTS_KAFKA_SASL: {
      kind: choice("plain", "scram-sha-256", "scram-sha-512"),
      default: "plain",
      description:
        "How the password for Kafka is checked. `plain` sends the password itself: use it with `EVENTS_KAFKA_TLS=true`.",
    },
    WEBHOOK_URL: {
      kind: webhookAddress,
      default: null,
      description:
        "A URL to which every event is posted (Standard Webhooks). `WEBHOOK_SECRET` is required with it.",
      example: "https://app.example.com/events",
    },
    WEBHOOK_SECRET: {
      kind: webhookSecret,
      default: null,
      description:
        "The secret that signs the requests to `WEBHOOK_URL` (docs/webhooks.md). Webhooks that are created by the API have secrets of their own.",
      example: exampleWebhookSecret,
      secret: true,
    },
    WEBHOOK_ALLOW_PRIVATE: {
      kind: boolean,
      default: "false",
      description:
        "Whether webhooks may be sent to loopback and private addresses, and to http URLs. Every user who may create webhooks can then send requests to the services there. Link-local addresses are always refused.",
    },
  },
} satisfies SettingGroup;
