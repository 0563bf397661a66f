import { isNotNull, sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from "drizzle-orm/pg-core";

import { timestamp } from "../../platform/db/columns.ts";
import type { SealedColumn } from "../../platform/secrets/port.ts";

/** Where events are sent. An event is written for the destinations that this table has at that time, on whatever replica. */
export const eventDestinations = pgTable("event_destinations", {
  /** For a destination of the settings its name (`nats`, `webhook`), else a UUID. */
  id: text().primaryKey(),
  /** What sends the events: `nats`, `amqp`, `redis`, `kafka`, `webhook`. */
  kind: text().notNull(),
  /** The types of events that it gets; null for all of them. */
  types: text().array(),
  createdAt: timestamp("created_at").notNull(),
  /** Whether it gets the rows of the audit log as well (`AUDIT_STREAM`): a trigger of that table writes them as events. */
  isAuditStream: boolean("is_audit_stream").notNull().default(false),
  /** From here on it gets no events; its pending deliveries stay. */
  disabledAt: timestamp("disabled_at"),
  disabledReason: text("disabled_reason"),
  /** Before this time nothing is sent, on any replica: it could not be reached. */
  retryAt: timestamp("retry_at"),
  /** Since when it cannot be reached. */
  unavailableSince: timestamp("unavailable_since"),
  /** How often in a row it could not be reached. */
  failures: integer().notNull().default(0),
  lastError: text("last_error"),
  lastDeliveredAt: timestamp("last_delivered_at"),
  /** When a replica last said that its settings have it. Only for destinations of the settings. */
  announcedAt: timestamp("announced_at"),
});

/** The events that have, or had, a destination. */
export const events = pgTable(
  "events",
  {
    /** The `event_id` of every delivery. */
    id: uuid().primaryKey(),
    type: text().notNull(),
    /** The user it is about. Of an audit row without a user, the actor or the row's own id: its key, by which it is ordered. */
    userId: uuid("user_id").notNull(),
    /**
     * Orders the events of one user: the statement that writes an event has locked the user's row. Events of one statement have
     * the same position and are in the order of their ids. It is no cursor: a smaller one may be committed later.
     */
    position: bigint({ mode: "number" })
      .notNull()
      .default(sql`gatehouse_event_position()`),
    /** `event_type`, `timestamp` and `data`, as they are delivered. */
    payload: jsonb().$type<Record<string, unknown>>().notNull(),
    /** The secret part of `data`, encrypted. Deleted once no delivery is pending, and when it has expired. */
    sealed: text(),
    sealedUntil: timestamp("sealed_until"),
    createdAt: timestamp("created_at").notNull(),
  },
  (table) => [
    index("events_created_index").on(table.createdAt),
    // For a replay, which sends events again in their order.
    index("events_position_index").on(table.position, table.id),
    index("events_sealed_index")
      .on(table.sealedUntil)
      .where(sql`${table.sealed} is not null`),
  ],
);

/**
 * The delivery of one event to one destination. It has no foreign key to the destination: every event would write to that row's
 * lock. The deliveries of a destination are deleted with it, and a late one by the retention job.
 */
export const eventDeliveries = pgTable(
  "event_deliveries",
  {
    eventId: uuid("event_id")
      .notNull()
      .references(() => events.id, { onDelete: "cascade" }),
    destinationId: text("destination_id").notNull(),
    /** The user's id: deliveries with the same key are made in the order of `position` and `event_id`. */
    key: uuid().notNull(),
    position: bigint({ mode: "number" }).notNull(),
    /** `dead`: set aside after the last attempt, until a replay. */
    status: text().$type<"pending" | "delivered" | "dead">().notNull().default("pending"),
    /** The time of the next attempt, or the end of the present relay's lease. */
    availableAt: timestamp("available_at").notNull(),
    attempts: integer().notNull().default(0),
    lastError: text("last_error"),
    /** The HTTP status of the last attempt, where there was one. */
    responseStatus: integer("response_status"),
    deliveredAt: timestamp("delivered_at"),
    deadAt: timestamp("dead_at"),
  },
  (table) => [
    primaryKey({ columns: [table.eventId, table.destinationId] }),
    index("event_deliveries_due_index")
      .on(table.destinationId, table.availableAt, table.position)
      .where(sql`${table.status} = 'pending'`),
    index("event_deliveries_key_index")
      .on(table.destinationId, table.key, table.position, table.eventId)
      .where(sql`${table.status} = 'pending'`),
    // For the list of a webhook's deliveries. Only webhooks have ids of this length: other deliveries are not entered.
    index("event_deliveries_webhook_index")
      .on(table.destinationId, table.eventId)
      .where(sql`length(${table.destinationId}) = 36`),
    index("event_deliveries_delivered_index")
      .on(table.deliveredAt)
      .where(sql`${table.deliveredAt} is not null`),
    index("event_deliveries_dead_index")
      .on(table.deadAt)
      .where(sql`${table.deadAt} is not null`),
  ],
);

/** The sealed parts of the events. */
export const sealedEvents: SealedColumn = {
  id: events.id,
  sealed: events.sealed,
  where: isNotNull(events.sealed),
};
