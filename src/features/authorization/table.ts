import { index, pgTable, text, uuid } from "drizzle-orm/pg-core";

import { timestamp } from "../../platform/db/columns.ts";
import { clients } from "../clients/index.ts";
import { users } from "../users/index.ts";

/**
 * Authorization codes (RFC 6749 §4.1.2). A row is kept for a while after its code was redeemed or has expired, so that a second
 * redemption ends what the first one gave.
 */
export const authorizationCodes = pgTable(
  "authorization_codes",
  {
    /** SHA-256 of the code, which is 256 random bits. */
    digest: text("digest").primaryKey(),
    clientId: text("client_id")
      .notNull()
      .references(() => clients.clientId, { onDelete: "cascade" }),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** The session in which the user granted it. */
    sessionId: uuid("session_id").notNull(),
    redirectUri: text("redirect_uri").notNull(),
    scopes: text("scopes").array().notNull(),
    nonce: text("nonce"),
    /** The S256 code challenge (RFC 7636); null for a client that sent none. */
    codeChallenge: text("code_challenge"),
    resource: text("resource"),
    createdAt: timestamp("created_at").notNull(),
    expiresAt: timestamp("expires_at").notNull(),
    consumedAt: timestamp("consumed_at"),
    /** The client's session that it opened. */
    openedSessionId: uuid("opened_session_id"),
  },
  (table) => [
    index("authorization_codes_expires_index").on(table.expiresAt),
    index("authorization_codes_user_index").on(table.userId),
    index("authorization_codes_client_index").on(table.clientId),
  ],
);

/** Pushed authorization requests (RFC 9126). A row stays until it has expired, also once it was used. */
export const pushedRequests = pgTable(
  "pushed_requests",
  {
    /** SHA-256 of the reference in `request_uri`, which is 256 random bits. */
    digest: text("digest").primaryKey(),
    clientId: text("client_id")
      .notNull()
      .references(() => clients.clientId, { onDelete: "cascade" }),
    /** The parameters, as a query. */
    query: text("query").notNull(),
    createdAt: timestamp("created_at").notNull(),
    /** Opening it in a browser moves this: the user may have to sign in first. */
    expiresAt: timestamp("expires_at").notNull(),
    openedAt: timestamp("opened_at"),
    /** When the client got its response. */
    usedAt: timestamp("used_at"),
  },
  (table) => [
    index("pushed_requests_expires_index").on(table.expiresAt),
    index("pushed_requests_client_index").on(table.clientId),
  ],
);
