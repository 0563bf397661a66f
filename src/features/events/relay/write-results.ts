import { sql, type SQL } from "drizzle-orm";

import type { Db } from "../../../platform/db/port.ts";
import { eventDeliveries, eventDestinations, events } from "../table.ts";

/** What becomes of one claimed delivery. */
export interface DeliveryResult {
  readonly eventId: string;
  /** The number of the attempt that this is the result of. */
  readonly attempts: number;
  readonly status: "pending" | "delivered" | "dead";
  /** When a pending one is due again. */
  readonly availableAt: Date;
  /** Whether the attempt counts. It does not if the destination was not reached. */
  readonly isCounted: boolean;
  readonly reason: string | null;
  readonly responseStatus: number | null;
}

/** What becomes of the destination. */
export type DestinationResult =
  /** The end of an outage, if it was a probe. Batches that were under way do not end one: the receiver may have asked for a pause. */
  | { readonly kind: "reached"; readonly isProbe: boolean }
  | { readonly kind: "gone"; readonly reason: string }
  | {
      readonly kind: "unavailable";
      readonly reason: string;
      readonly retryAt: Date;
      /** Batches that were under way when an outage began count as one failure; a probe always counts. */
      readonly isProbe: boolean;
      /** After an outage of this length the destination is disabled; null for never. */
      readonly longestSeconds: number | null;
    };

/** How exact `last_delivered_at` is. With each batch as an update of that row, batches would wait for each other. */
const reachedSeconds = 1;

/** Of the later deliveries of a failed one's user: the number that are due when it is. */
const maximumMoved = 500;

/** What the statement found. */
export interface Written {
  /** Whether one of the users has a later delivery that may be due. */
  readonly hasLater: boolean;
  /** Why the statement has disabled the destination; null if it has not. */
  readonly disabledReason: string | null;
}

/**
 * Writes the results of one batch, in one statement. A result does nothing if the delivery was claimed again or replayed since,
 * unless it was delivered. The user's later deliveries are due when a failed one is, so that no claim reads them before; secrets
 * of an event are deleted once no delivery of it is pending.
 */
export async function writeResults(
  db: Db,
  destinationId: string,
  results: readonly DeliveryResult[],
  { destination, now }: { destination: DestinationResult; now: Date },
): Promise<Written> {
  const at = sql`${sql.param(now, eventDeliveries.deliveredAt)}::timestamptz`;
  const given = sql`
    select * from json_to_recordset(${JSON.stringify(results)}::json) as given ("eventId" uuid, "attempts" integer,
      "status" text, "availableAt" timestamptz, "isCounted" boolean, "reason" text, "responseStatus" integer)`;
  const settled = sql`
    update ${eventDeliveries} as delivery set
      status = given.status,
      available_at = given."availableAt",
      attempts = case when given."isCounted" then delivery.attempts else delivery.attempts - 1 end,
      last_error = case when given."isCounted" then given.reason else delivery.last_error end,
      response_status = coalesce(given."responseStatus", delivery.response_status),
      delivered_at = case given.status when 'delivered' then ${at} end,
      dead_at = case given.status when 'dead' then ${at} end
    from given
    where delivery.destination_id = ${destinationId} and delivery.event_id = given."eventId" and delivery.status = 'pending'
      and (given.status = 'delivered' or delivery.attempts = given.attempts)
    returning delivery.event_id, delivery.key, delivery.position, delivery.status, delivery.attempts, delivery.available_at`;
  // Those after it are no results themselves: one statement can change a row only once.
  const ends = sql`select distinct on (key) * from settled order by key, position desc, event_id desc`;
  // A start and an order, which only the index of the key gives, also while the planner knows nothing of the table.
  const later = sql`
    from ${eventDeliveries} as later
    where (later.destination_id, later.key, later.position, later.event_id)
      > (${destinationId}, ended.key, ended.position, ended.event_id) and later.status = 'pending'`;
  const inOrder = sql`order by later.destination_id, later.key, later.position, later.event_id`;
  // Of thousands that wait for a failed one the first are enough: claims read the others, which costs less than to move them.
  const moved = sql`
    select later.event_id ${later} and (later.destination_id, later.key) <= (${destinationId}, ended.key)
      and (ended.status = 'pending' or later.available_at > ${at})
    ${inOrder} limit case ended.status when 'pending' then ${sql.raw(String(maximumMoved))} end`;
  const followed = sql`
    update ${eventDeliveries} as delivery
    set available_at = greatest(ended.available_at, ${at})
    from ends as ended cross join lateral (${moved}) as later
    where case ended.status when 'pending' then ended.available_at > ${at} else ended.attempts > 1 end
      and delivery.event_id = later.event_id and delivery.destination_id = ${destinationId}`;
  const wiped = sql`
    update ${events} as event set sealed = null
    from settled
    where event.id = settled.event_id and event.sealed is not null and settled.status <> 'pending'
      and not exists (
        select from ${eventDeliveries} as other where other.event_id = event.id
          and other.destination_id <> ${destinationId} and other.status = 'pending')`;
  const updated = sql`
    update ${eventDestinations} as destination set ${changeOf(destination, results, at)}
    and destination.id = ${destinationId} and destination.disabled_at is null
    returning disabled_reason`;
  const isOfKey = sql`later.key = ended.key and later.destination_id = ${destinationId}`;
  const hasLater = sql<boolean>`exists (
    select from ends as ended where ended.status <> 'pending' and (select ${isOfKey} ${later} ${inOrder} limit 1))`;
  const [row] = await db
    .with(
      db.$with("given", {}).as(given),
      db.$with("settled", {}).as(settled),
      db.$with("ends", {}).as(ends),
      db.$with("followed", {}).as(followed),
      db.$with("wiped", {}).as(wiped),
      db.$with("updated", {}).as(updated),
    )
    .select({ hasLater, disabledReason: sql<string | null>`(select disabled_reason from updated)` })
    .from(sql`(select) as nothing`);
  return row ?? { hasLater: false, disabledReason: null };
}

/** The assignments to the destination's row and their condition, without its id. */
function changeOf(result: DestinationResult, results: readonly DeliveryResult[], at: SQL): SQL {
  if (result.kind === "gone") {
    return sql`disabled_at = ${at}, disabled_reason = ${result.reason}, last_error = ${result.reason} where true`;
  }
  if (result.kind === "unavailable") {
    const { reason, isProbe, longestSeconds } = result;
    const retryAt = sql`${sql.param(result.retryAt, eventDestinations.retryAt)}::timestamptz`;
    const isCounted = sql`(${isProbe}::boolean or failures = 0)`;
    const isTooLong = sql`coalesce(failures > 0 and unavailable_since < ${at} - make_interval(secs => ${longestSeconds}::integer), false)`;
    return sql`failures = failures + ${isCounted}::integer, last_error = ${reason},
      unavailable_since = case when failures = 0 then ${at} else coalesce(unavailable_since, ${at}) end,
      disabled_at = case when ${isTooLong} then ${at} end,
      disabled_reason = case when ${isTooLong} then ${`It could not be reached for too long. ${reason}`} end,
      retry_at = case when ${isCounted} then ${retryAt} else greatest(retry_at, ${retryAt}) end where true`;
  }
  const isDelivered = results.some(({ status }) => status === "delivered");
  const isOld = sql`(last_delivered_at is null or last_delivered_at < ${at} - make_interval(secs => ${reachedSeconds}))`;
  const isEnd = sql`(${result.isProbe}::boolean and failures > 0)`;
  return sql`failures = case when ${isEnd} then 0 else failures end, retry_at = case when ${isEnd} then null else retry_at end,
    last_error = case when ${isEnd} then null else last_error end,
    unavailable_since = case when ${isEnd} then null else unavailable_since end,
    last_delivered_at = case when ${isDelivered}::boolean then ${at} else last_delivered_at end
    where (${isEnd} or (${isDelivered}::boolean and ${isOld}))`;
}
