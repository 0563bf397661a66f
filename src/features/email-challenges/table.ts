import { index, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";

import { timestamp } from "../../platform/db/columns.ts";
import { firstCredentialsVersion, users } from "../users/index.ts";

/** What a mailed link or code may be used for. One that is issued for a purpose is invalid for any other. */
export type ChallengePurpose = "verify-email" | "magic-link" | "reset-password" | "change-email";

/**
 * Email challenges: a link's token and, for some purposes, a code, each as a digest. A user has one challenge for each purpose,
 * so that a newer mail replaces the older one; wrong codes are counted over all of them.
 */
export const emailChallenges = pgTable(
  "mail_challenges",
  {
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    purpose: text("purpose").$type<ChallengePurpose>().notNull(),
    id: uuid("id").notNull(),
    /** The address to which the mail was sent. */
    email: text("email").notNull(),
    /** The version of the user's credentials when the mail was sent; the challenge is void at any other. */
    credentialsVersion: integer("credentials_version").notNull().default(firstCredentialsVersion),
    tokenHash: text("token_hash").notNull(),
    codeHash: text("code_hash"),
    /** Wrong codes entered for this mail. */
    attempts: integer("attempts").notNull(),
    /** Wrong codes entered for all mails of this purpose since the last success. The count is lost with the row. */
    totalAttempts: integer("total_attempts").notNull(),
    createdAt: timestamp("created_at").notNull(),
    expiresAt: timestamp("expires_at").notNull(),
    codeExpiresAt: timestamp("code_expires_at"),
    consumedAt: timestamp("consumed_at"),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.purpose] }),
    uniqueIndex("mail_challenges_token_unique").on(table.tokenHash),
    index("mail_challenges_expires_index").on(table.expiresAt),
  ],
);
