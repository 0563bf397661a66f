import { isNotNull } from "drizzle-orm";
import { boolean, index, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";

import { timestamp } from "../../platform/db/columns.ts";
import { clients } from "../clients/index.ts";
import { users } from "../users/index.ts";

/** Requests of devices, which users decide on in a browser (RFC 8628). */
export const deviceAuthorizations = pgTable(
  "device_authorizations",
  {
    /** SHA-256 of the device code, which is 256 random bits. */
    digest: text("digest").primaryKey(),
    /** Eight consonants, without the hyphen. */
    userCode: text("user_code").notNull().unique("device_authorizations_user_code_unique"),
    clientId: text("client_id")
      .notNull()
      .references(() => clients.clientId, { onDelete: "cascade" }),
    scopes: text("scopes").array().notNull(),
    /** The resource that the tokens are for (RFC 8707). */
    resource: text("resource"),
    createdAt: timestamp("created_at").notNull(),
    expiresAt: timestamp("expires_at").notNull(),
    /** The least time between two requests of the device. */
    intervalSeconds: integer("interval_seconds").notNull(),
    polledAt: timestamp("polled_at"),
    /** What the user decided; null before. */
    isAllowed: boolean("is_allowed"),
    userId: uuid("user_id").references(() => users.id, { onDelete: "cascade" }),
    /** The session in which the user decided. */
    sessionId: uuid("session_id"),
    consumedAt: timestamp("consumed_at"),
  },
  (table) => [
    index("device_authorizations_expires_index").on(table.expiresAt),
    index("device_authorizations_user_index").on(table.userId).where(isNotNull(table.userId)),
    index("device_authorizations_client_index").on(table.clientId),
  ],
);
