import { index, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";

import { timestamp } from "../../platform/db/columns.ts";
import { clients } from "../clients/index.ts";
import { users } from "../users/index.ts";

/** The greatest number of resources that a user's allowance of a client holds. */
export const maximumResources = 50;

/** What users allowed clients: one row for each user and client. Withdrawing it deletes the row. */
export const userGrants = pgTable(
  "user_grants",
  {
    id: uuid("id").primaryKey(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    clientId: text("client_id")
      .notNull()
      .references(() => clients.clientId, { onDelete: "cascade" }),
    scopes: text("scopes").array().notNull(),
    /** The resources (RFC 8707) that the client may have tokens for. */
    resources: text("resources").array().notNull().default([]),
    /** When the user last allowed something. */
    grantedAt: timestamp("granted_at").notNull(),
  },
  (table) => [
    unique("user_grants_user_client_unique").on(table.userId, table.clientId),
    index("user_grants_client_index").on(table.clientId),
  ],
);
