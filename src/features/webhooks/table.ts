import { pgTable, smallint, text } from "drizzle-orm/pg-core";

import { timestamp } from "../../platform/db/columns.ts";
import type { SealedColumn } from "../../platform/secrets/port.ts";

/** The webhooks of the API. Each has a row in `event_destinations` with the same id: its types, and whether it is disabled. */
export const webhooks = pgTable("webhooks", {
  /** A UUIDv7, in the order of creation. */
  id: text().primaryKey(),
  /** A number from 1 to the maximum of webhooks. Each has another, so that there are never more. */
  slot: smallint().notNull().unique("webhooks_slot_unique"),
  url: text().notNull(),
  description: text(),
  /** Encrypted JSON: the present secret, and the previous one with its end. */
  secrets: text().notNull(),
  createdAt: timestamp("created_at").notNull(),
  updatedAt: timestamp("updated_at").notNull(),
});

/** The secrets of the webhooks. */
export const sealedWebhookSecrets: SealedColumn = { id: webhooks.id, sealed: webhooks.secrets };
