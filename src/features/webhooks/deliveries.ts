import { and, desc, eq, lt, sql } from "drizzle-orm";

import { decodeCursor, encodeCursor } from "../../kernel/cursor.ts";
import { AppError } from "../../kernel/errors.ts";
import { isUuid } from "../../kernel/ids.ts";
import { type Page, pageOf } from "../../kernel/page.ts";
import type { Db } from "../../platform/db/port.ts";
import type { PageQuery } from "../../platform/http/list.ts";
import type { Platform } from "../../platform/platform.ts";
import { eventDeliveries, eventDestinations, events } from "../events/index.ts";
import { getWebhook } from "./queries.ts";

/** The delivery of one event to one webhook. */
export interface DeliveryRecord {
  readonly eventId: string;
  readonly eventType: string;
  readonly status: "pending" | "delivered" | "dead";
  readonly attempts: number;
  /** The HTTP status of the last response. */
  readonly responseStatus: number | null;
  readonly lastError: string | null;
  readonly createdAt: Date;
  readonly deliveredAt: Date | null;
  /** Null unless it is pending and the webhook active. */
  readonly nextAttemptAt: Date | null;
}

const list = "webhook deliveries";

/**
 * A page of the deliveries to a webhook, the newest event first. Throws `NOT_FOUND` for an unknown webhook, `VALIDATION_ERROR` for
 * a cursor that is not of this list.
 */
export async function listDeliveries(
  ctx: Platform,
  webhookId: string,
  { limit, cursor }: PageQuery,
): Promise<Page<DeliveryRecord>> {
  const after = cursor === null ? null : decodeCursor(list, cursor, isUuid);
  await getWebhook(ctx.db, webhookId);
  const rows = await selectDeliveries(ctx.db)
    .where(and(isOf(webhookId), after === null ? undefined : lt(eventDeliveries.eventId, after)))
    .orderBy(desc(eventDeliveries.eventId))
    .limit(limit + 1);
  return pageOf(rows, limit, (last) => encodeCursor(list, last.eventId));
}

/** The delivery of this event to this webhook. Throws `NOT_FOUND`. */
export async function getDelivery(
  db: Db,
  webhookId: string,
  deliveryId: string,
): Promise<DeliveryRecord> {
  if (isUuid(deliveryId)) {
    const [delivery] = await selectDeliveries(db).where(
      and(isOf(webhookId), eq(eventDeliveries.eventId, deliveryId)),
    );
    if (delivery) return delivery;
  }
  throw new AppError("NOT_FOUND", "There is no such delivery.");
}

/** The length is the condition of the index that leads to them. */
function isOf(webhookId: string) {
  const { destinationId } = eventDeliveries;
  return and(eq(destinationId, webhookId), sql`length(${destinationId}) = 36`);
}

const nextAttemptAt = sql<Date | null>`case
  when ${eventDeliveries.status} = 'pending' and ${eventDestinations.disabledAt} is null
  then greatest(${eventDeliveries.availableAt}, ${eventDestinations.retryAt}) end`.mapWith(
  eventDeliveries.availableAt,
);

function selectDeliveries(db: Db) {
  return db
    .select({
      eventId: eventDeliveries.eventId,
      eventType: events.type,
      status: eventDeliveries.status,
      attempts: eventDeliveries.attempts,
      responseStatus: eventDeliveries.responseStatus,
      lastError: eventDeliveries.lastError,
      createdAt: events.createdAt,
      deliveredAt: eventDeliveries.deliveredAt,
      nextAttemptAt,
    })
    .from(eventDeliveries)
    .innerJoin(events, eq(events.id, eventDeliveries.eventId))
    .innerJoin(eventDestinations, eq(eventDestinations.id, eventDeliveries.destinationId))
    .$dynamic();
}
