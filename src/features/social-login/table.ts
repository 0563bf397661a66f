import { index, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";

import { timestamp } from "../../platform/db/columns.ts";
import { users } from "../users/index.ts";

/** One-time codes that applications exchange for the tokens of a sign-in at a provider. */
export const socialLoginCodes = pgTable(
  "social_login_codes",
  {
    /** The digest of the code. */
    digest: text("digest").primaryKey(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** The identity with which the user signed in. No foreign key: an identity that moves gets another id. */
    identityId: uuid("identity_id").notNull(),
    provider: text("provider").notNull(),
    /** The version of the user's credentials at the sign-in; the code is void at any other. */
    credentialsVersion: integer("credentials_version").notNull(),
    /** The application's own PKCE challenge (RFC 7636 §4.2), or null where it sent none. */
    challenge: text("challenge"),
    expiresAt: timestamp("expires_at").notNull(),
    consumedAt: timestamp("consumed_at"),
  },
  (table) => [
    index("social_login_codes_user_index").on(table.userId),
    index("social_login_codes_expires_index").on(table.expiresAt),
  ],
);
