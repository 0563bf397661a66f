import type { TSchema } from "@sinclair/typebox";

import { describedEvents } from "./described-events.ts";
import { version } from "../../kernel/version.ts";
import { jsonCopy, type JsonObject } from "../openapi/json.ts";

const description = `What is sent to the destinations of events: at least once, with the same \`event_id\` on every attempt, and in the order of each user. A consumer ignores an \`event_id\` that it has handled, members that it does not know and types of events that it does not know.

| destination | address | beside the message |
|---|---|---|
| NATS JetStream | stream \`GATEHOUSE\`, subject \`gatehouse.<event_type>\` | header \`Nats-Msg-Id\`: the \`event_id\` |
| RabbitMQ | topic exchange \`gatehouse.events\`, routing key: the \`event_type\` | \`message_id\`: the \`event_id\` |
| Redis | stream \`gatehouse:events\` | the message is the field \`event\`; fields \`event_id\`, \`event_type\` |
| Kafka | topic \`gatehouse.events\`, key: the \`user_id\` | headers \`event_id\`, \`event_type\` |
| webhook | POST to its URL | headers \`webhook-id\`, \`webhook-timestamp\`, \`webhook-signature\` (Standard Webhooks) |`;

/** The AsyncAPI 3.0 document of all events, from the catalogue. */
export function asyncApiDocument(serviceName: string): JsonObject {
  const messages = describedEvents.map(
    ({ key, ...event }) => [key, messageOf(key, event)] as const,
  );
  return {
    asyncapi: "3.0.0",
    info: { title: `${serviceName} events`, version, description, license: { name: "MIT" } },
    defaultContentType: "application/json",
    channels: {
      events: {
        // The address depends on the destination.
        address: null,
        description: "The events of one destination.",
        messages: referencesTo(messages.map(([key]) => key)),
      },
    },
    operations: {
      sendEvent: {
        action: "send",
        summary: "Sends an event to a destination.",
        channel: { $ref: "#/channels/events" },
      },
    },
    components: { messages: Object.fromEntries(messages) },
  };
}

function referencesTo(keys: readonly string[]): JsonObject {
  return Object.fromEntries(keys.map((key) => [key, { $ref: `#/components/messages/${key}` }]));
}

function messageOf(
  name: string,
  event: { readonly description: string; readonly type: TSchema; readonly data: TSchema },
): JsonObject {
  return {
    name,
    title: name,
    summary: event.description,
    contentType: "application/json",
    payload: {
      type: "object",
      required: ["event_id", "event_type", "timestamp", "data"],
      properties: {
        event_id: {
          type: "string",
          format: "uuid",
          description: "The same on every attempt to deliver the event.",
        },
        event_type: jsonCopy(event.type),
        timestamp: {
          type: "string",
          format: "date-time",
          description: "When it happened, in UTC.",
        },
        data: jsonCopy(event.data),
      },
    },
  };
}
