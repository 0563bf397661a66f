import { and, eq, isNotNull, or, sql, type SQL } from "drizzle-orm";

import type { Db } from "../../platform/db/port.ts";
import { eventDeliveries, eventDestinations, events } from "./table.ts";

/** A destination and its undelivered events. */
export interface DestinationStatus {
  readonly id: string;
  readonly kind: string;
  /** Neither delivered nor dead. Includes those that are retrying. */
  readonly backlog: number;
  /** Those that failed, and are tried again. */
  readonly retrying: number;
  /** Those that failed for the last time, and are not tried again but by a replay. */
  readonly dead: number;
  /** When the oldest event of the backlog was written. */
  readonly oldestAt: Date | null;
  readonly lastDeliveredAt: Date | null;
  /** Why the destination cannot be reached, or else the error of the newest delivery that failed, also a dead one. */
  readonly lastError: string | null;
  readonly disabledAt: Date | null;
  readonly disabledReason: string | null;
  /** Since when it cannot be reached, and when it is tried next. */
  readonly unavailableSince: Date | null;
  readonly retryAt: Date | null;
  /** When a replica last said that its settings have it. Null for a webhook of the API. */
  readonly announcedAt: Date | null;
}

/** The status of every destination, by id. */
export function readDestinationStatus(db: Db): Promise<DestinationStatus[]> {
  const destination = eventDestinations;
  const isPending = sql`${eventDeliveries.status} = 'pending'`;
  const hasFailed = isNotNull(eventDeliveries.lastError);
  return db
    .select({
      id: destination.id,
      kind: destination.kind,
      backlog: countOf(isPending),
      retrying: countOf(sql`${isPending} and ${hasFailed}`),
      dead: countOf(sql`${eventDeliveries.status} = 'dead'`),
      oldestAt: sql`min(${events.createdAt}) filter (where ${isPending})`.mapWith(events.createdAt),
      lastDeliveredAt: destination.lastDeliveredAt,
      lastError: sql<string | null>`coalesce(${destination.lastError},
        (array_agg(${eventDeliveries.lastError} order by ${eventDeliveries.position} desc, ${eventDeliveries.eventId} desc) filter (where ${hasFailed}))[1])`,
      disabledAt: destination.disabledAt,
      disabledReason: destination.disabledReason,
      unavailableSince: destination.unavailableSince,
      retryAt: destination.retryAt,
      announcedAt: destination.announcedAt,
    })
    .from(destination)
    .leftJoin(
      eventDeliveries,
      and(
        eq(eventDeliveries.destinationId, destination.id),
        // As the conditions of two indexes: there may be millions of delivered ones.
        or(isPending, isNotNull(eventDeliveries.deadAt)),
      ),
    )
    .leftJoin(events, eq(events.id, eventDeliveries.eventId))
    .groupBy(destination.id)
    .orderBy(destination.id)
    .execute();
}

function countOf(condition: SQL): SQL<number> {
  return sql`count(*) filter (where ${condition})`.mapWith(Number);
}
