import { index, integer, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";

import { timestamp } from "../../platform/db/columns.ts";
import { firstCredentialsVersion, users } from "../users/index.ts";

/** What a mailed link or code may be used for. One that is issued for a purpose is invalid for any other. */
export type ChallengePurpose = "verify-email" | "magic-link" | "reset-password" | "change-email";

/**
 * Email challenges: a link's token and, for some purposes, a code, each as a digest. A user may have several for a purpose: a
 * newer mail leaves the older ones usable. The use of one consumes all of its purpose.
 */
export const emailChallenges = pgTable(
  "mail_challenges",
  {
    id: uuid("id").primaryKey(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    purpose: text("purpose").$type<ChallengePurpose>().notNull(),
    /** The address to which the mail was sent. */
    email: text("email").notNull(),
    /** The version of the user's credentials when the mail was sent; the challenge is void at any other. */
    credentialsVersion: integer("credentials_version").notNull().default(firstCredentialsVersion),
    tokenHash: text("token_hash").notNull(),
    /** The digest of the device on which alone the link works; null if it works on any. */
    deviceHash: text("device_hash"),
    codeHash: text("code_hash"),
    /** Wrong codes that were compared with this one. */
    attempts: integer("attempts").notNull(),
    createdAt: timestamp("created_at").notNull(),
    expiresAt: timestamp("expires_at").notNull(),
    codeExpiresAt: timestamp("code_expires_at"),
    /** When its mail was handed to the mail server; the code cannot be entered before. */
    mailedAt: timestamp("mailed_at"),
    consumedAt: timestamp("consumed_at"),
  },
  (table) => [
    uniqueIndex("mail_challenges_token_unique").on(table.tokenHash),
    index("mail_challenges_user_index").on(table.userId, table.purpose, table.id),
    index("mail_challenges_expires_index").on(table.expiresAt),
  ],
);

/**
 * Wrong codes by address, so that deleting an account and registering it again does not reset them. The count is a time: each
 * wrong code moves it an hour into the future, and it is 0 once that time has passed.
 */
export const codeAttempts = pgTable(
  "mail_code_attempts",
  {
    /** In canonical form. */
    email: text().primaryKey(),
    forgottenAt: timestamp("forgotten_at").notNull(),
  },
  (table) => [index("mail_code_attempts_forgotten_index").on(table.forgottenAt)],
);
