import { pgTable, text } from "drizzle-orm/pg-core";

import { timestamp } from "../../platform/db/columns.ts";
import { clients } from "../clients/index.ts";

/** When the metadata documents of clients were fetched. */
export const clientDocuments = pgTable("client_documents", {
  clientId: text("client_id")
    .primaryKey()
    .references(() => clients.clientId, { onDelete: "cascade" }),
  fetchedAt: timestamp("fetched_at").notNull(),
});
