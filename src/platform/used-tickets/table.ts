import { index, pgTable, text } from "drizzle-orm/pg-core";

import { timestamp } from "../db/columns.ts";

/** The ids of tickets and digests of foreign tokens that were used and have not expired: none is accepted twice. */
export const usedTickets = pgTable(
  "used_tickets",
  {
    id: text("id").primaryKey(),
    expiresAt: timestamp("expires_at").notNull(),
  },
  (table) => [index("used_tickets_expires_index").on(table.expiresAt)],
);
