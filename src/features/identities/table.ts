import { index, integer, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";

import { timestamp } from "../../platform/db/columns.ts";
import { users } from "../users/index.ts";

/** Identities of users at providers. The row of a deleted user stays, and moves to the account that next signs in with it. */
export const identities = pgTable(
  "identities",
  {
    id: uuid("id").primaryKey(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** The name of the provider in the settings. */
    provider: text("provider").notNull(),
    issuer: text("issuer").notNull(),
    /** The user's id at the issuer; never reassigned. */
    subject: text("subject").notNull(),
    /** The address at the provider in canonical form; null where there is none. The account's own address may be another. */
    email: text("email"),
    /** The version of the user's credentials at the link; below `users.identities_version` the identity is void. */
    credentialsVersion: integer("credentials_version").notNull(),
    createdAt: timestamp("created_at").notNull(),
    lastUsedAt: timestamp("last_used_at").notNull(),
    /** The provider's tokens, encrypted under `ENCRYPTION_KEY`; null unless `OAUTH_KEEP_TOKENS` is set. */
    sealedTokens: text("sealed_tokens"),
  },
  (table) => [
    unique("identities_key_unique").on(table.provider, table.issuer, table.subject),
    index("identities_user_index").on(table.userId),
  ],
);
