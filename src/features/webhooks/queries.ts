import { eq, sql } from "drizzle-orm";

import { AppError } from "../../kernel/errors.ts";
import type { Db } from "../../platform/db/port.ts";
import { eventDeliveries, eventDestinations } from "../events/index.ts";
import { webhooks } from "./table.ts";

/** A webhook without its secrets. */
export interface WebhookRecord {
  readonly id: string;
  readonly url: string;
  readonly description: string | null;
  /** The types of events that it gets; null for all of them. */
  readonly eventTypes: readonly string[] | null;
  readonly disabledAt: Date | null;
  readonly disabledReason: string | null;
  /** The error of the delivery that failed last and is not delivered since. */
  readonly lastError: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The newest error of deliveries that are tried again, or else of those that are not. */
const lastError = sql<string | null>`coalesce(
  (select retried.last_error from ${eventDeliveries} as retried
    where retried.destination_id = ${webhooks.id} and retried.status = 'pending' and retried.last_error is not null
    order by retried.available_at desc limit 1),
  ${eventDestinations.lastError},
  (select dead.last_error from ${eventDeliveries} as dead
    where dead.destination_id = ${webhooks.id} and length(dead.destination_id) = 36 and dead.dead_at is not null
    order by dead.dead_at desc limit 1))`;

/** A query of webhooks, which the caller narrows. */
export function selectWebhooks(db: Db) {
  return db
    .select({
      id: webhooks.id,
      url: webhooks.url,
      description: webhooks.description,
      eventTypes: eventDestinations.types,
      disabledAt: eventDestinations.disabledAt,
      disabledReason: eventDestinations.disabledReason,
      lastError,
      createdAt: webhooks.createdAt,
      updatedAt: webhooks.updatedAt,
    })
    .from(webhooks)
    .innerJoin(eventDestinations, eq(eventDestinations.id, webhooks.id))
    .$dynamic();
}

/** The webhook of this id. Throws `NOT_FOUND`. */
export async function getWebhook(db: Db, id: string): Promise<WebhookRecord> {
  const [webhook] = await selectWebhooks(db).where(eq(webhooks.id, id));
  if (!webhook) throw webhookNotFound();
  return webhook;
}

/** The error for an unknown webhook. */
export function webhookNotFound(): AppError {
  return new AppError("NOT_FOUND", "There is no such webhook.");
}

/** The error for sending something to a webhook that is disabled. */
export function webhookDisabled(): AppError {
  return new AppError("CONFLICT", "The webhook is disabled.");
}
