import { index, jsonb, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";

import { timestamp } from "../../platform/db/columns.ts";
import { clients } from "../clients/index.ts";
import { users } from "../users/index.ts";

/** A resource (RFC 8707) that a client may have tokens for, with these scopes. */
export interface AllowedResource {
  readonly resource: string;
  readonly scopes: readonly string[];
}

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
    /** What the client may have tokens for beside itself; the last ones are those that were allowed last. */
    resources: jsonb("resources").$type<readonly AllowedResource[]>().notNull().default([]),
    /** When the user last allowed something. */
    grantedAt: timestamp("granted_at").notNull(),
  },
  (table) => [
    unique("user_grants_user_client_unique").on(table.userId, table.clientId),
    index("user_grants_client_index").on(table.clientId),
  ],
);
