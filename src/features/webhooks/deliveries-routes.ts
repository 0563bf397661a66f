import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import { listQuery, listSchema, pageOfQuery } from "../../platform/http/list.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import { listDeliveries } from "./deliveries.ts";
import {
  deliveryParams,
  deliverySchema,
  testEventSchema,
  viewDelivery,
  webhookParams,
} from "./model.ts";
import { replayDelivery } from "./replay-delivery.ts";
import { sendTestEvent } from "./send-test-event.ts";

const tags = ["Webhooks"];
const permission = "webhooks:write";

/** What was sent to a webhook, and sending to it on request. */
export function deliveriesRoutes({ kit }: Pick<RouteParts, "kit">) {
  return new Elysia()
    .use(kit)
    .post(
      "/:id/test",
      async ({ ctx, params, set }) => {
        const deliveryId = await sendTestEvent(ctx, params.id);
        set.status = 202;
        return success({ delivery_id: deliveryId }, ctx.clock.now());
      },
      {
        permission,
        params: webhookParams,
        failsWith: ["NOT_FOUND", "CONFLICT"],
        response: { 202: successSchema(testEventSchema) },
        detail: {
          operationId: "testWebhook",
          tags,
          summary: "Send a test event",
          description:
            "Sends an event of the type `webhook.test` to this webhook alone, whatever types it gets. The list of deliveries shows the result. A webhook that is disabled is `CONFLICT`.",
        },
      },
    )
    .get(
      "/:id/deliveries",
      async ({ ctx, params, query }) => {
        const page = await listDeliveries(ctx, params.id, pageOfQuery(query));
        const items = page.items.map(viewDelivery);
        return success({ items, next_cursor: page.nextCursor }, ctx.clock.now());
      },
      {
        permission,
        params: webhookParams,
        query: listQuery,
        failsWith: ["NOT_FOUND"],
        response: { 200: successSchema(listSchema(deliverySchema)) },
        detail: {
          operationId: "listWebhookDeliveries",
          tags,
          summary: "List the deliveries of a webhook",
          description:
            "Returns the deliveries, the newest event first. One that was delivered is listed for 7 days, one that failed for the last time for 30 days.",
        },
      },
    )
    .post(
      "/:id/deliveries/:delivery_id/replay",
      async ({ ctx, params, set }) => {
        const delivery = await replayDelivery(ctx, params.id, params.delivery_id);
        set.status = 202;
        return success(viewDelivery(delivery), ctx.clock.now());
      },
      {
        permission,
        params: deliveryParams,
        failsWith: ["NOT_FOUND", "CONFLICT"],
        response: { 202: successSchema(deliverySchema) },
        detail: {
          operationId: "replayWebhookDelivery",
          tags,
          summary: "Send a delivery again",
          description:
            "Sends the event again with the same `event_id`, whether it was delivered or not. Of a pending delivery the next attempt is made now. A webhook that is disabled is `CONFLICT`.",
        },
      },
    );
}
