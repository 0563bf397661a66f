import { sql } from "drizzle-orm";

import type { Db } from "../../../platform/db/port.ts";
import { eventDeliveries, eventDestinations, events } from "../table.ts";

/** What is claimed of a destination's deliveries. */
export interface Claim {
  readonly destinationId: string;
  readonly limit: number;
  /** Whether the destination was not reachable before. A claim of the other kind gets nothing. */
  readonly isProbe: boolean;
  readonly now: Date;
  readonly leaseUntil: Date;
}

/** The state of the destination at the time of a claim, and the deliveries that were claimed. */
export interface Claimed {
  /** How often in a row the destination could not be reached. */
  readonly failures: number;
  readonly deliveries: readonly ClaimedDelivery[];
}

/** A delivery that belongs to this relay until its lease ends, with its event. */
export interface ClaimedDelivery {
  readonly eventId: string;
  readonly key: string;
  /** The number of the attempt. */
  readonly attempts: number;
  readonly type: string;
  readonly payload: Record<string, unknown>;
  readonly sealed: string | null;
  readonly sealedUntil: Date | null;
  readonly createdAt: Date;
}

/**
 * Claims due deliveries until the end of the lease, the first of each user only: a later one stays until that is settled. Several
 * relays claim different rows (SKIP LOCKED); a row that was claimed meanwhile is read again and is not due any more. A probe is
 * the only one of all relays until its result is written. Null for a destination that is disabled or deleted.
 */
export async function claimDeliveries(db: Db, claim: Claim): Promise<Claimed | null> {
  const { destinationId, isProbe } = claim;
  const now = sql`${sql.param(claim.now, eventDeliveries.availableAt)}::timestamptz`;
  const leaseUntil = sql`${sql.param(claim.leaseUntil, eventDeliveries.availableAt)}::timestamptz`;
  // A start and an order, which only the index of the key gives, also while the planner knows nothing of the table. The
  // first from there on is of the key, since the waiting row is.
  const firstOfKey = sql`
    select first.position, first.event_id from ${eventDeliveries} as first
    where (first.destination_id, first.key) >= (${destinationId}, waiting.key) and first.status = 'pending'
    order by first.destination_id, first.key, first.position, first.event_id limit 1`;
  // `<=` and not `=`, of which the planner expects one row: it would read the whole backlog instead of the index as far as needed.
  // The limit is part of the text: with a parameter the planner expects to return a tenth of the table.
  const due = sql`
    select waiting.event_id from ${eventDestinations} as destination
    join ${eventDeliveries} as waiting on waiting.destination_id = destination.id
    cross join lateral (${firstOfKey}) as head
    where destination.id = ${destinationId} and destination.disabled_at is null
      and (destination.retry_at is null or destination.retry_at <= ${now})
      and (destination.failures > 0) = ${isProbe}::boolean
      and waiting.status = 'pending' and waiting.available_at <= ${now}
      and (waiting.position, waiting.event_id) <= (head.position, head.event_id)
    order by waiting.available_at, waiting.position limit ${sql.raw(String(claim.limit))}
    for update of ${sql.raw(isProbe ? "waiting, destination" : "waiting")} skip locked`;
  const claimed = sql`
    update ${eventDeliveries} as delivery set available_at = ${leaseUntil}, attempts = delivery.attempts + 1
    from due where delivery.event_id = due.event_id and delivery.destination_id = ${destinationId}
    returning delivery.event_id, delivery.key, delivery.attempts, delivery.position`;
  const probed = sql`
    update ${eventDestinations} as destination set retry_at = ${leaseUntil}
    where destination.id = ${destinationId} and ${isProbe}::boolean and exists (select from claimed)`;
  const found = sql`(
    select destination.failures, claimed.event_id, claimed.key, claimed.attempts, claimed.position, event.*
    from ${eventDestinations} as destination left join claimed on true
    left join lateral (
      select type, payload, sealed, sealed_until, created_at from ${events} where id = claimed.event_id
    ) as event on true
    where destination.id = ${destinationId} and destination.disabled_at is null) as found`;
  const rows = await db
    .with(
      db.$with("due", {}).as(due),
      db.$with("claimed", {}).as(claimed),
      db.$with("probed", {}).as(probed),
    )
    .select({
      failures: sql<number>`failures`,
      eventId: sql<string | null>`event_id`,
      key: sql<string>`key`,
      attempts: sql<number>`attempts`,
      type: sql<string>`type`,
      payload: sql`payload`.mapWith(events.payload),
      sealed: sql<string | null>`sealed`,
      sealedUntil: sql<Date | null>`sealed_until`.mapWith(events.sealedUntil),
      createdAt: sql`created_at`.mapWith(events.createdAt),
    })
    .from(found)
    .orderBy(sql`position`, sql`event_id`);
  const [first] = rows;
  if (first === undefined) return null;
  const deliveries = rows.flatMap(({ eventId, failures: _failures, ...rest }) =>
    eventId === null ? [] : [{ eventId, ...rest }],
  );
  return { failures: first.failures, deliveries };
}
