import { and, isNull, sql } from "drizzle-orm";
import { index, integer, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";

import { timestamp } from "../db/columns.ts";
import type { SealedColumn } from "../secrets/port.ts";

/** Messages to be delivered outside the database: each is written with its change, and delivered by a worker. */
export const outbox = pgTable(
  "outbox",
  {
    id: uuid().primaryKey(),
    /** The topic, which has its own worker: `mail`, `verification-request`. */
    topic: text().notNull(),
    /** The user it is about; messages of one key are related. */
    key: text(),
    payload: jsonb().$type<Record<string, unknown>>().notNull(),
    /** The secret part of the payload (links, codes), encrypted; deleted once it is delivered or dead. */
    sealed: text(),
    createdAt: timestamp("created_at").notNull(),
    /** Messages with the same key, such as the mails to one address, are delivered by turns with those of other keys. */
    fairnessKey: text("fairness_key"),
    /** The place in the queue: when it was written, or a second after the last waiting message with its key. */
    turnAt: timestamp("turn_at").notNull().defaultNow(),
    /** The time of the next attempt, or the end of the present worker's lease. */
    availableAt: timestamp("available_at").notNull(),
    attempts: integer().notNull().default(0),
    deliveredAt: timestamp("delivered_at"),
    deadAt: timestamp("dead_at"),
    lastError: text("last_error"),
  },
  (table) => [
    index("outbox_turn_index")
      .on(table.topic, table.turnAt, table.id, table.availableAt)
      .where(sql`${table.deliveredAt} is null and ${table.deadAt} is null`),
    index("outbox_fairness_index")
      .on(table.topic, table.fairnessKey, table.turnAt)
      .where(
        sql`${table.fairnessKey} is not null and ${table.deliveredAt} is null and ${table.deadAt} is null`,
      ),
    index("outbox_delivered_index")
      .on(table.deliveredAt)
      .where(sql`${table.deliveredAt} is not null`),
    index("outbox_dead_index")
      .on(table.deadAt)
      .where(sql`${table.deadAt} is not null`),
  ],
);

/** The sealed parts of the messages that are not delivered yet. */
export const sealedMessages: SealedColumn = {
  id: outbox.id,
  sealed: outbox.sealed,
  where: and(isNull(outbox.deliveredAt), isNull(outbox.deadAt)),
};
