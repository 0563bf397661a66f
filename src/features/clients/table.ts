import { pgTable, text, uuid } from "drizzle-orm/pg-core";

import { timestamp } from "../../platform/db/columns.ts";

/** Clients: services that authenticate (RFC 6749 §2). Deleting one deletes its row: only the audit log refers to it. */
export const clients = pgTable("clients", {
  /** In the order of creation. */
  id: uuid("id").primaryKey(),
  /** The public id, which is never reused. */
  clientId: text("client_id").notNull().unique("clients_client_id_unique"),
  name: text("name").notNull(),
  /** SHA-256 of the secret, which is 256 random bits. */
  secretHash: text("secret_hash").notNull(),
  createdAt: timestamp("created_at").notNull(),
  updatedAt: timestamp("updated_at").notNull(),
});
