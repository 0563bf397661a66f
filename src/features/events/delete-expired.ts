import { and, eq, isNotNull, lte, notExists, or, sql } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { batchSize, deleteBatch } from "../../platform/db/delete-batch.ts";
import type { Db } from "../../platform/db/port.ts";
import { eventDeliveries, eventDestinations, events } from "./table.ts";

const daySeconds = 86_400;
/** How long an event is there for a replay. */
const deliveredSeconds = 7 * daySeconds;
const deadSeconds = 30 * daySeconds;

/** Deletes a batch of deliveries that were made long ago. */
export function deleteDeliveredEvents(db: Db, now: Date): Promise<number> {
  const before = addSeconds(now, -deliveredSeconds);
  return deleteBatch(db, eventDeliveries, { since: eventDeliveries.deliveredAt, before });
}

/** Deletes a batch of deliveries that failed for the last time long ago. */
export function deleteDeadEvents(db: Db, now: Date): Promise<number> {
  const before = addSeconds(now, -deadSeconds);
  return deleteBatch(db, eventDeliveries, { since: eventDeliveries.deadAt, before });
}

/** Deletes a batch of pending deliveries to destinations that were deleted, or disabled long ago. */
export function deleteAbandonedDeliveries(db: Db, now: Date): Promise<number> {
  const disabledBefore = sql.param(addSeconds(now, -deadSeconds), eventDestinations.disabledAt);
  const isKept = db
    .select({ one: sql`1` })
    .from(eventDestinations)
    .where(
      and(
        eq(eventDestinations.id, eventDeliveries.destinationId),
        sql`(${eventDestinations.disabledAt} is null or ${eventDestinations.disabledAt} > ${disabledBefore}::timestamptz)`,
      ),
    );
  return deleteBatch(db, eventDeliveries, {
    since: eventDeliveries.availableAt,
    // The next attempt of a failed one is in the future.
    before: addSeconds(now, deadSeconds),
    which: and(eq(eventDeliveries.status, "pending"), notExists(isKept)),
  });
}

/** Deletes a batch of events whose deliveries are all deleted. */
export function deleteSettledEvents(db: Db, now: Date): Promise<number> {
  const delivery = db
    .select({ one: sql`1` })
    .from(eventDeliveries)
    .where(eq(eventDeliveries.eventId, events.id))
    .limit(1);
  const before = addSeconds(now, -deliveredSeconds);
  // Postgres turns `not exists` into a join, for which it reads all deliveries.
  const which = sql`(${delivery}) is null`;
  return deleteBatch(db, events, { since: events.createdAt, before, which });
}

/** Deletes the secrets of a batch of events: those that have expired, and those of which no delivery is pending any more. */
export async function wipeSecrets(db: Db, now: Date): Promise<number> {
  const pending = db
    .select({ one: sql`1` })
    .from(eventDeliveries)
    .where(and(eq(eventDeliveries.eventId, events.id), eq(eventDeliveries.status, "pending")));
  const isDone = or(lte(events.sealedUntil, now), notExists(pending));
  const due = sql`select ctid from ${events} where ${and(isNotNull(events.sealed), isDone)}
    limit ${batchSize} for update skip locked`;
  const wiped = await db
    .update(events)
    .set({ sealed: null })
    .where(sql`ctid = any(array(${due}))`)
    .returning({ one: sql`1` });
  return wiped.length;
}
