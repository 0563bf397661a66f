import { pgTable, text, uuid } from "drizzle-orm/pg-core";

import { timestamp } from "../../platform/db/columns.ts";

/** Services that authenticate themselves (RFC 6749 §2). A deleted one's row is gone: nothing refers to it but the audit log. */
export const clients = pgTable("clients", {
  /** The order in which they were made. */
  id: uuid("id").primaryKey(),
  /** Public, and never used again for another client. */
  clientId: text("client_id").notNull().unique("clients_client_id_unique"),
  name: text("name").notNull(),
  /** SHA-256 of the secret, which is 256 random bits. */
  secretHash: text("secret_hash").notNull(),
  createdAt: timestamp("created_at").notNull(),
  updatedAt: timestamp("updated_at").notNull(),
});
