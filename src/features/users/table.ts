import { sql } from "drizzle-orm";
import { index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";

import { timestamp } from "../../platform/db/columns.ts";

/** The credentials version of a new account. */
export const firstCredentialsVersion = 1;

/** Accounts. A deleted one keeps its row, and frees its e-mail address and username. */
export const users = pgTable(
  "users",
  {
    id: uuid("id").primaryKey(),
    /** In canonical form (`canonicalEmail`). */
    email: text("email").notNull(),
    /** As its owner wrote it; unique whatever its case. */
    username: text("username"),
    /** What a newcomer would like to be called, while it is hidden whether she is one (`CONCEAL_ACCOUNTS`). Reserves nothing. */
    wantedUsername: text("wanted_username"),
    name: text("name"),
    phone: text("phone"),
    avatarUrl: text("avatar_url"),
    locale: text("locale"),
    /** The applications' own notes about the user; the service only keeps them. */
    metadata: jsonb("metadata").$type<Record<string, unknown>>().notNull().default({}),
    /** Null for an account that has no password. */
    passwordHash: text("password_hash"),
    /**
     * Counts the changes that sessions, links and codes from before do not survive (`nextCredentialsVersion`). Each keeps
     * the version it was made at, and counts only while it is still this one.
     */
    credentialsVersion: integer("credentials_version").notNull().default(firstCredentialsVersion),
    emailVerifiedAt: timestamp("email_verified_at"),
    verifyRemindersSent: integer("verify_reminders_sent").notNull().default(0),
    createdAt: timestamp("created_at").notNull(),
    updatedAt: timestamp("updated_at").notNull(),
    /** Since when she may not sign in; she keeps her address. */
    disabledAt: timestamp("disabled_at"),
    deletedAt: timestamp("deleted_at"),
  },
  (table) => [
    uniqueIndex("users_email_unique")
      .on(sql`lower(${table.email})`)
      .where(sql`${table.deletedAt} is null`),
    uniqueIndex("users_username_unique")
      .on(sql`lower(${table.username})`)
      .where(sql`${table.deletedAt} is null`),
    index("users_unverified_index")
      .on(table.createdAt)
      .where(sql`${table.emailVerifiedAt} is null and ${table.deletedAt} is null`),
    // Few among many: the list of all users must not be read through for them.
    index("users_deleted_index")
      .on(table.id)
      .where(sql`${table.deletedAt} is not null`),
    index("users_disabled_index")
      .on(table.id)
      .where(sql`${table.disabledAt} is not null and ${table.deletedAt} is null`),
  ],
);
