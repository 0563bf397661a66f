import { index, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";

import { timestamp } from "../../platform/db/columns.ts";
import { firstCredentialsVersion, users } from "../users/index.ts";

/**
 * What was mailed and is waited for: a link's token and, for some purposes, a code, each as a hash. A user has one challenge
 * for each purpose, so a newer mail makes the older one worthless; guesses at codes are counted over all of them.
 */
export const mailChallenges = pgTable(
  "mail_challenges",
  {
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    purpose: text("purpose").notNull(),
    id: uuid("id").notNull(),
    /** The address the mail went to. */
    email: text("email").notNull(),
    /** That of its user when it was mailed; the challenge is void at any other. */
    credentialsVersion: integer("credentials_version").notNull().default(firstCredentialsVersion),
    tokenHash: text("token_hash").notNull(),
    codeHash: text("code_hash"),
    /** Wrong codes entered for this mail. */
    attempts: integer("attempts").notNull(),
    /** Wrong codes entered for all mails of this purpose since the last success: with the row the count is lost. */
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
