import { isNotNull } from "drizzle-orm";
import { index, integer, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";

import { timestamp } from "../../platform/db/columns.ts";
import { clients } from "../clients/index.ts";
import { firstCredentialsVersion, users } from "../users/index.ts";

/**
 * Sessions. A session has one active refresh token at a time: its row has the hash of that token's identifier and of its
 * immediate predecessor's; any other token that was signed for the session is an old one.
 */
export const sessions = pgTable(
  "sessions",
  {
    id: uuid("id").primaryKey(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** The version of the user's credentials at the sign-in; the session is void at any other. */
    credentialsVersion: integer("credentials_version").notNull().default(firstCredentialsVersion),
    /** Authentication method references (RFC 8176). */
    amr: text("amr").array().notNull(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    refreshTokenHash: text("refresh_token_hash").notNull(),
    previousRefreshTokenHash: text("previous_refresh_token_hash"),
    refreshTokenIssuedAt: timestamp("refresh_token_issued_at").notNull(),
    createdAt: timestamp("created_at").notNull(),
    /** When the user last proved who they are: at the sign-in, or by `POST /auth/reauthenticate` since. */
    authenticatedAt: timestamp("authenticated_at").notNull().defaultNow(),
    lastUsedAt: timestamp("last_used_at").notNull(),
    /** When it ends unless it is used: each refresh moves it, and each use of a browser session, never beyond `absoluteExpiresAt`. */
    expiresAt: timestamp("expires_at").notNull(),
    absoluteExpiresAt: timestamp("absolute_expires_at").notNull(),
    /** The digest of the token in the browser's cookie. Null for a session that was not opened on a page. */
    browserTokenHash: text("browser_token_hash"),
    endedAt: timestamp("ended_at"),
    /** `logout`, `logout_all`, `replaced`, `refresh_reuse` … */
    endReason: text("end_reason"),
    /** The client whose session it is; null for a session of Gatehouse itself. */
    clientId: text("client_id").references(() => clients.clientId, { onDelete: "cascade" }),
    /** The session in which the user granted it: it ends with that one. */
    parentSessionId: uuid("parent_session_id"),
    /** What the client was granted; null where `clientId` is. */
    scopes: text("scopes").array(),
    /** The resource that the client's tokens are for (RFC 8707). */
    resource: text("resource"),
  },
  (table) => [
    index("sessions_user_index").on(table.userId),
    // No index on a column that a refresh writes: every refresh would write an index entry.
    index("sessions_created_index").on(table.createdAt),
    uniqueIndex("sessions_browser_token_unique")
      .on(table.browserTokenHash)
      .where(isNotNull(table.browserTokenHash)),
    index("sessions_client_index").on(table.clientId).where(isNotNull(table.clientId)),
    index("sessions_parent_index")
      .on(table.parentSessionId)
      .where(isNotNull(table.parentSessionId)),
  ],
);
