import { sql } from "drizzle-orm";
import { index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";

import { timestamp } from "../../platform/db/columns.ts";

/** The credentials version of a new account. */
export const firstCredentialsVersion = 1;

/** Accounts. A deleted one keeps its row and frees its e-mail address; its username stays reserved for it for some time. */
export const users = pgTable(
  "users",
  {
    id: uuid("id").primaryKey(),
    /** In canonical form (`canonicalEmail`). */
    email: text("email").notNull(),
    /** As the user wrote it; unique in any case, and among look-alikes (`usernames`). */
    username: text("username"),
    /** The username that a new user wants, until the address is verified (`CONCEAL_ACCOUNTS`). Reserves nothing. */
    wantedUsername: text("wanted_username"),
    name: text("name"),
    phone: text("phone"),
    avatarUrl: text("avatar_url"),
    locale: text("locale"),
    /** The applications' own data about the user; the service only stores them. */
    metadata: jsonb("metadata").$type<Record<string, unknown>>().notNull().default({}),
    /** Null for an account that has no password. */
    passwordHash: text("password_hash"),
    /**
     * Counts the changes that void all earlier sessions, links and codes (`nextCredentialsVersion`). Each of those stores the
     * version at which it was created, and is valid only while that is the present one.
     */
    credentialsVersion: integer("credentials_version").notNull().default(firstCredentialsVersion),
    /**
     * The version of the credentials below which linked identities and passkeys are void. The owner of the mailbox who claims an
     * unverified account raises it, so that one which is added meanwhile is void as well.
     */
    identitiesVersion: integer("identities_version").notNull().default(firstCredentialsVersion),
    emailVerifiedAt: timestamp("email_verified_at"),
    verifyRemindersSent: integer("verify_reminders_sent").notNull().default(0),
    createdAt: timestamp("created_at").notNull(),
    updatedAt: timestamp("updated_at").notNull(),
    /** Since when the user may not sign in; the address stays the user's. */
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

/**
 * Usernames that accounts have or gave up, by what they look like. The triggers of migration 0009 write it in the statement that
 * changes the user, so that no way to change a username leaves it out.
 */
export const usernames = pgTable(
  "usernames",
  {
    /** What look-alikes have in common (`gatehouse_username_skeleton`). */
    skeleton: text("skeleton").primaryKey(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** Since when it is reserved for the account that gave it up; null while the account has it. */
    releasedAt: timestamp("released_at"),
  },
  (table) => [
    index("usernames_user_index").on(table.userId),
    index("usernames_released_index")
      .on(table.releasedAt)
      .where(sql`${table.releasedAt} is not null`),
  ],
);
