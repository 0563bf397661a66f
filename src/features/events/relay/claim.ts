import { type SQL, sql } from "drizzle-orm";

import type { Db } from "../../../platform/db/port.ts";
import { eventDeliveries, eventDestinations, events } from "../table.ts";

/** What is claimed of a destination's deliveries. */
export interface Claim {
  readonly destinationId: string;
  /** The maximum of deliveries, of users that they are of, and of one user's. */
  readonly limit: number;
  readonly users: number;
  readonly eventsOfUser: number;
  /** How many of the due deliveries are looked at, the oldest first. */
  readonly depth: number;
  /** Whether the destination was not reachable before. A claim of the other kind gets nothing. */
  readonly isProbe: boolean;
  readonly now: Date;
  readonly leaseUntil: Date;
}

/** The state of the destination at the time of a claim, and the deliveries that were claimed. */
export interface Claimed {
  /** How often in a row the destination could not be reached. */
  readonly failures: number;
  /** Whether further deliveries were due than were looked at. */
  readonly hasDeeper: boolean;
  /** When the first of the others is due. Null if there are none, or the time has come. */
  readonly nextDueAt: Date | null;
  /** In each user's order. */
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
 * Claims due deliveries until the end of the lease: of each user the first ones, without a gap. Several relays claim
 * those of different users (SKIP LOCKED); a row that was claimed meanwhile is read again and is not due any more. A probe is
 * the only one of all relays until its result is written. Null for a destination that is disabled or deleted.
 */
export async function claimDeliveries(db: Db, claim: Claim): Promise<Claimed | null> {
  const { destinationId } = claim;
  const now = sql`${sql.param(claim.now, eventDeliveries.availableAt)}::timestamptz`;
  const leaseUntil = sql`${sql.param(claim.leaseUntil, eventDeliveries.availableAt)}::timestamptz`;
  const claimed = sql`
    update ${eventDeliveries} as delivery set available_at = ${leaseUntil}, attempts = delivery.attempts + 1
    from taken where delivery.event_id = taken.event_id and delivery.destination_id = ${destinationId}
    returning delivery.event_id, delivery.key, delivery.attempts, delivery.position`;
  const probed = sql`
    update ${eventDestinations} as destination set retry_at = ${leaseUntil}
    where destination.id = ${destinationId} and ${claim.isProbe}::boolean and exists (select from claimed)`;
  // A start and an order, which only the index of due deliveries gives. The first from there on may be of another destination.
  const nextDue = sql`(
    select case when next.destination_id = ${destinationId} then next.available_at end
    from ${eventDeliveries} as next
    where (next.destination_id, next.available_at) > (${destinationId}, ${now}) and next.status = 'pending'
    order by next.destination_id, next.available_at, next.position limit 1)`;
  const found = sql`(
    select destination.failures, (select count(*) from scanned) = ${limitOf(claim.depth)} as has_deeper,
      case when destination.retry_at > ${now} then destination.retry_at else ${nextDue} end as next_due_at,
      claimed.event_id, claimed.key, claimed.attempts, claimed.position, event.*
    from ${eventDestinations} as destination left join claimed on true
    left join lateral (
      select type, payload, sealed, sealed_until, created_at from ${events} where id = claimed.event_id
    ) as event on true
    where destination.id = ${destinationId} and destination.disabled_at is null) as found`;
  const parts = { ...dueRuns(claim, now), claimed, probed };
  const rows = await db
    .with(...Object.entries(parts).map(([name, part]) => db.$with(name, {}).as(part)))
    .select({
      failures: sql<number>`failures`,
      hasDeeper: sql<boolean>`has_deeper`,
      nextDueAt: sql<Date | null>`next_due_at`.mapWith(eventDeliveries.availableAt),
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
  const { failures, hasDeeper, nextDueAt } = first;
  const deliveries = rows.flatMap(
    ({ eventId, failures: _failures, hasDeeper: _hasDeeper, nextDueAt: _nextDueAt, ...rest }) =>
      eventId === null ? [] : [{ eventId, ...rest }],
  );
  return { failures, hasDeeper, nextDueAt, deliveries };
}

/**
 * The parts of the statement that find and lock what is claimed: `taken`. The first deliveries that are due lead to the users
 * whose first delivery is due; these have turns, so that a long run of one takes no place of another.
 */
function dueRuns(claim: Claim, now: SQL): Readonly<Record<string, SQL>> {
  const { destinationId, isProbe } = claim;
  const open = sql`
    select from ${eventDestinations} as destination
    where destination.id = ${destinationId} and destination.disabled_at is null
      and (destination.retry_at is null or destination.retry_at <= ${now})
      and (destination.failures > 0) = ${isProbe}::boolean
    ${isProbe ? sql`for update skip locked` : sql``}`;
  // The limit is part of the text: with a parameter the planner expects to return a tenth of the table.
  const scanned = sql`
    select waiting.key, waiting.available_at, waiting.position from ${eventDeliveries} as waiting
    where exists (select from open) and waiting.destination_id = ${destinationId}
      and waiting.status = 'pending' and waiting.available_at <= ${now}
    order by waiting.available_at, waiting.position limit ${limitOf(claim.depth)}`;
  const users = sql`
    select key, least(count(*), ${limitOf(claim.eventsOfUser)}) as size,
      row_number() over (order by min(available_at), min(position), key) as turn
    from scanned group by key`;
  // A start and an order, which only the index of the key gives, also while the planner knows nothing of the table. The
  // first from there on are of the key, since so many of its rows are pending.
  const firstOfKey = (count: SQL) => sql`
    select first.event_id, first.position, first.available_at, first.attempts from ${eventDeliveries} as first
    where (first.destination_id, first.key) >= (${destinationId}, users.key) and first.status = 'pending'
    order by first.destination_id, first.key, first.position, first.event_id limit ${count}`;
  const ready = sql`
    select users.key, users.size, users.turn
    from (select * from users order by turn) as users cross join lateral (${firstOfKey(sql`1`)}) as head
    where head.available_at <= ${now} limit ${limitOf(claim.users)}`;
  // One that was tried before is claimed alone: if it ended its relay, the next ones do not share its attempts.
  const runs = sql`
    select users.key, users.turn, run.event_id, run.place from ready as users cross join lateral (
      select head.event_id, row_number() over in_order as place,
        bool_and(head.available_at <= ${now} and head.attempts = 0) over in_order as is_untried
      from (${firstOfKey(sql`users.size`)}) as head window in_order as (order by head.position, head.event_id)
    ) as run
    where run.place = 1 or run.is_untried
    order by run.place, users.turn limit ${limitOf(claim.limit)}`;
  // With `coalesce` only the primary key fits: a planner without statistics reads the due deliveries again for each row.
  const locked = sql`
    select delivery.event_id, runs.key, runs.place from runs join ${eventDeliveries} as delivery
      on delivery.event_id = runs.event_id and delivery.destination_id = ${destinationId}
    where coalesce(delivery.status, '') = 'pending' and delivery.available_at <= ${now}
    for update of delivery skip locked`;
  const taken = sql`
    select counted.event_id from (
      select event_id, place, row_number() over (partition by key order by place) as counted_place from locked
    ) as counted where counted.place = counted.counted_place`;
  return { open, scanned, users, ready, runs, locked, taken };
}

function limitOf(count: number): SQL {
  return sql.raw(String(count));
}
