import { type Static, Type } from "@sinclair/typebox";

import { idSchema, textSchema } from "../../platform/http/text-schema.ts";
import type { WebhookWithSecret } from "./create-webhook.ts";
import type { DeliveryRecord } from "./deliveries.ts";
import type { WebhookRecord } from "./queries.ts";
import type { WebhookUpdate } from "./update-webhook.ts";
import { selectableTypes } from "./webhook-input.ts";

const nullableText = Type.Union([Type.String(), Type.Null()]);

const urlSchema = textSchema({
  description:
    "Where events are posted: an https URL without user, password and fragment. http is accepted with `WEBHOOK_ALLOW_PRIVATE=true`.",
  minLength: 1,
  maxLength: 2048,
  examples: ["https://app.example.com/events"],
});

const eventTypesSchema = Type.Union(
  [
    Type.Array(
      Type.Union(
        selectableTypes.map((type) => Type.Literal(type)),
        { description: "A type of event." },
      ),
      { minItems: 1, maxItems: 100 },
    ),
    Type.Null(),
  ],
  {
    description: "The types of events that it gets; null for all of them, also those to come.",
    examples: [["user.registered", "user.deleted"]],
  },
);

const descriptionSchema = Type.Union(
  [
    textSchema({ description: "A note.", maxLength: 500, examples: ["The newsletter"] }),
    Type.Null(),
  ],
  { description: "The purpose." },
);

const statusSchema = Type.Union([Type.Literal("active"), Type.Literal("disabled")], {
  description: "`disabled`: it gets no events. What is pending is sent when it is active again.",
});

/** Body of `POST /webhooks`. */
export const createWebhookBody = Type.Object(
  {
    url: urlSchema,
    event_types: Type.Optional(eventTypesSchema),
    description: Type.Optional(descriptionSchema),
  },
  { additionalProperties: false },
);

/** Body of `PATCH /webhooks/{id}`. */
export const updateWebhookBody = Type.Object(
  {
    url: Type.Optional(urlSchema),
    event_types: Type.Optional(eventTypesSchema),
    description: Type.Optional(descriptionSchema),
    status: Type.Optional(statusSchema),
  },
  { additionalProperties: false },
);

/** The path of one webhook. */
export const webhookParams = Type.Object({
  id: idSchema("The webhook's id, from `GET /api/v1/webhooks`."),
});

/** The path of one delivery. */
export const deliveryParams = Type.Object({
  id: idSchema("The webhook's id, from `GET /api/v1/webhooks`."),
  delivery_id: idSchema(
    "The `delivery_id`, which is the `event_id`, from `GET /api/v1/webhooks/{id}/deliveries`.",
  ),
});

/** A webhook in responses. */
export const webhookSchema = Type.Object(
  {
    id: Type.String({ format: "uuid" }),
    url: Type.String(),
    event_types: Type.Union([Type.Array(Type.String()), Type.Null()], {
      description: "Null for all types.",
    }),
    description: nullableText,
    status: statusSchema,
    disabled_reason: Type.Union([Type.String(), Type.Null()], {
      description: "Why it is disabled: by a user, or because the receiver responded with 410.",
    }),
    last_error: Type.Union([Type.String(), Type.Null()], {
      description: "Why the last delivery that failed, and is not delivered since, has failed.",
    }),
    created_at: Type.String({ format: "date-time" }),
    updated_at: Type.String({ format: "date-time" }),
  },
  { $id: "Webhook" },
);

/** `data` of a response that contains a secret. */
export const webhookWithSecretSchema = Type.Object({
  webhook: webhookSchema,
  secret: Type.String({
    description: "`whsec_` and the key in base64. Returned only once; it is stored encrypted.",
  }),
});

/** A delivery in responses. */
export const deliverySchema = Type.Object(
  {
    delivery_id: Type.String({ format: "uuid", description: "The `event_id`." }),
    event_type: Type.String(),
    status: Type.Union([Type.Literal("pending"), Type.Literal("delivered"), Type.Literal("dead")], {
      description: "`dead`: the last attempt has failed; only a replay sends it again.",
    }),
    attempts: Type.Integer(),
    response_status: Type.Union([Type.Integer(), Type.Null()], {
      description: "The HTTP status of the last response.",
    }),
    last_error: nullableText,
    created_at: Type.String({ format: "date-time", description: "When the event was written." }),
    delivered_at: Type.Union([Type.String({ format: "date-time" }), Type.Null()]),
    next_attempt_at: Type.Union([Type.String({ format: "date-time" }), Type.Null()], {
      description: "Null unless it is pending and the webhook active.",
    }),
  },
  { $id: "WebhookDelivery" },
);

/** `data` of a test. */
export const testEventSchema = Type.Object({
  delivery_id: Type.String({ format: "uuid", description: "The `event_id` of the test." }),
});

/** The update that a body describes. */
export function updateOf({
  event_types: eventTypes,
  ...rest
}: Static<typeof updateWebhookBody>): WebhookUpdate {
  return { ...rest, eventTypes };
}

/** The wire form of a webhook. */
export function viewWebhook(webhook: WebhookRecord): Static<typeof webhookSchema> {
  return {
    id: webhook.id,
    url: webhook.url,
    event_types: webhook.eventTypes && [...webhook.eventTypes],
    description: webhook.description,
    status: webhook.disabledAt ? "disabled" : "active",
    disabled_reason: webhook.disabledReason,
    last_error: webhook.lastError,
    created_at: webhook.createdAt.toISOString(),
    updated_at: webhook.updatedAt.toISOString(),
  };
}

/** The wire form of a webhook and its new secret. */
export function viewWithSecret({
  webhook,
  secret,
}: WebhookWithSecret): Static<typeof webhookWithSecretSchema> {
  return { webhook: viewWebhook(webhook), secret };
}

/** The wire form of a delivery. */
export function viewDelivery(delivery: DeliveryRecord): Static<typeof deliverySchema> {
  return {
    delivery_id: delivery.eventId,
    event_type: delivery.eventType,
    status: delivery.status,
    attempts: delivery.attempts,
    response_status: delivery.responseStatus,
    last_error: delivery.lastError,
    created_at: delivery.createdAt.toISOString(),
    delivered_at: delivery.deliveredAt?.toISOString() ?? null,
    next_attempt_at: delivery.nextAttemptAt?.toISOString() ?? null,
  };
}
