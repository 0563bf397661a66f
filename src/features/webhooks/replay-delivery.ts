import { and, eq, exists, isNull, sql } from "drizzle-orm";

import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { eventDeliveries, eventDestinations, eventTopic, wakeRelays } from "../events/index.ts";
import { type DeliveryRecord, getDelivery } from "./deliveries.ts";
import { getWebhook, webhookDisabled } from "./queries.ts";

/**
 * Sends an event to a webhook again, also one that was delivered, with the same id and as many attempts. Of a pending delivery
 * the next attempt is made now. Throws `NOT_FOUND`, `CONFLICT` (the webhook is disabled).
 */
export async function replayDelivery(
  ctx: Context,
  webhookId: string,
  deliveryId: string,
): Promise<DeliveryRecord> {
  const webhook = await getWebhook(ctx.db, webhookId);
  const delivery = await getDelivery(ctx.db, webhookId, deliveryId);
  if (webhook.disabledAt) throw webhookDisabled();
  const isEnabled = ctx.db
    .select({ one: sql`1` })
    .from(eventDestinations)
    .where(and(eq(eventDestinations.id, webhookId), isNull(eventDestinations.disabledAt)));
  const pauseEnd = ctx.db
    .select({ retryAt: eventDestinations.retryAt })
    .from(eventDestinations)
    .where(eq(eventDestinations.id, webhookId));
  const query = ctx.db
    .update(eventDeliveries)
    .set({
      status: "pending",
      availableAt: ctx.clock.now(),
      // The later events of the user are due when a delivery that has failed is made, which its attempts tell.
      attempts: sql`case ${eventDeliveries.status} when 'pending' then ${eventDeliveries.attempts} else 0 end`,
      lastError: sql`case ${eventDeliveries.status} when 'pending' then ${eventDeliveries.lastError} end`,
      deliveredAt: null,
      deadAt: null,
    })
    .where(
      and(
        eq(eventDeliveries.eventId, deliveryId),
        eq(eventDeliveries.destinationId, webhookId),
        exists(isEnabled),
      ),
    )
    .returning({
      status: eventDeliveries.status,
      attempts: eventDeliveries.attempts,
      lastError: eventDeliveries.lastError,
      deliveredAt: eventDeliveries.deliveredAt,
      nextAttemptAt: sql<Date>`greatest(${eventDeliveries.availableAt}, (${pauseEnd}))`
        .mapWith(eventDeliveries.availableAt)
        .as("next_attempt_at"),
      woken: wakeRelays(webhookId).as("woken"),
    });
  const [replayed] = await commit(ctx, { query }, () => [
    {
      ...recordAudit(ctx, {
        action: "webhook.delivery_replayed",
        result: "success",
        userId: null,
        detail: { webhook_id: webhookId, delivery_id: deliveryId },
      }),
      wakes: eventTopic,
    },
  ]);
  if (!replayed) throw webhookDisabled();
  const { status, attempts, lastError, deliveredAt, nextAttemptAt } = replayed;
  return { ...delivery, status, attempts, lastError, deliveredAt, nextAttemptAt };
}
