import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import { listQuery, listSchema, pageOfQuery } from "../../platform/http/list.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import { createWebhook } from "./create-webhook.ts";
import { deleteWebhook } from "./delete-webhook.ts";
import { deliveriesRoutes } from "./deliveries-routes.ts";
import { listWebhooks } from "./list-webhooks.ts";
import {
  createWebhookBody,
  updateOf,
  updateWebhookBody,
  viewWebhook,
  viewWithSecret,
  webhookParams,
  webhookSchema,
  webhookWithSecretSchema,
} from "./model.ts";
import { getWebhook } from "./queries.ts";
import { rotateWebhookSecret } from "./rotate-secret.ts";
import { updateWebhook } from "./update-webhook.ts";

const tags = ["Webhooks"];
const permission = "webhooks:write";

/** The URLs to which events are posted. */
export function webhooksRoutes({ kit }: Pick<RouteParts, "kit">) {
  return new Elysia({ prefix: "/api/v1/webhooks" })
    .use(kit)
    .get(
      "",
      async ({ ctx, query }) => {
        const page = await listWebhooks(ctx, pageOfQuery(query));
        const items = page.items.map(viewWebhook);
        return success({ items, next_cursor: page.nextCursor }, ctx.clock.now());
      },
      {
        permission,
        query: listQuery,
        response: { 200: successSchema(listSchema(webhookSchema)) },
        detail: {
          operationId: "listWebhooks",
          tags,
          summary: "List webhooks",
          description: "Returns the webhooks, newest first. `WEBHOOK_URL` is not among them.",
        },
      },
    )
    .post(
      "",
      async ({ ctx, body, set }) => {
        const { url, event_types: eventTypes = null, description = null } = body;
        const created = await createWebhook(ctx, { url, eventTypes, description });
        set.status = 201;
        return success(viewWithSecret(created), ctx.clock.now());
      },
      {
        permission,
        accepts: "json",
        body: createWebhookBody,
        failsWith: ["CONFLICT"],
        response: { 201: successSchema(webhookWithSecretSchema) },
        detail: {
          operationId: "createWebhook",
          tags,
          summary: "Create a webhook",
          description:
            "Every event after it is posted to the URL, as specified by Standard Webhooks. The response contains the secret that signs the requests, which is not shown again. There can be at most 50 webhooks.",
        },
      },
    )
    .get(
      "/:id",
      async ({ ctx, params }) =>
        success(viewWebhook(await getWebhook(ctx.db, params.id)), ctx.clock.now()),
      {
        permission,
        params: webhookParams,
        failsWith: ["NOT_FOUND"],
        response: { 200: successSchema(webhookSchema) },
        detail: {
          operationId: "getWebhook",
          tags,
          summary: "Get a webhook",
          description: "Returns one webhook without its secret.",
        },
      },
    )
    .patch(
      "/:id",
      async ({ ctx, params, body }) => {
        const webhook = await updateWebhook(ctx, params.id, updateOf(body));
        return success(viewWebhook(webhook), ctx.clock.now());
      },
      {
        permission,
        accepts: "json",
        params: webhookParams,
        body: updateWebhookBody,
        failsWith: ["NOT_FOUND"],
        response: { 200: successSchema(webhookSchema) },
        detail: {
          operationId: "updateWebhook",
          tags,
          summary: "Update a webhook",
          description:
            "Changes the fields that are sent. Undelivered events are posted to a new URL too. Other types apply to the events from now on.",
        },
      },
    )
    .delete(
      "/:id",
      async ({ ctx, params, set }) => {
        await deleteWebhook(ctx, params.id);
        set.status = 204;
      },
      {
        permission,
        params: webhookParams,
        failsWith: ["NOT_FOUND"],
        response: { 204: Type.Void() },
        detail: {
          operationId: "deleteWebhook",
          tags,
          summary: "Delete a webhook",
          description: "Its undelivered events are deleted with it.",
        },
      },
    )
    .post(
      "/:id/rotate-secret",
      async ({ ctx, params }) => {
        const rotated = await rotateWebhookSecret(ctx, params.id);
        return success(viewWithSecret(rotated), ctx.clock.now());
      },
      {
        permission,
        params: webhookParams,
        failsWith: ["NOT_FOUND"],
        response: { 200: successSchema(webhookWithSecretSchema) },
        detail: {
          operationId: "rotateWebhookSecret",
          tags,
          summary: "Rotate a webhook's secret",
          description:
            "The response contains the new secret, which is not shown again. For 24 hours each request also has a signature of the previous one.",
        },
      },
    )
    .use(deliveriesRoutes({ kit }));
}
