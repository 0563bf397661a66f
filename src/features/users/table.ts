import { sql } from "drizzle-orm";
import { jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";

import { moment } from "../../platform/db/columns.ts";

/** Accounts. A deleted one keeps its row, and frees its e-mail address and username. */
export const users = pgTable(
  "users",
  {
    id: uuid("id").primaryKey(),
    /** In canonical form (`canonicalEmail`). */
    email: text("email").notNull(),
    /** As its owner wrote it; unique whatever its case. */
    username: text("username"),
    name: text("name"),
    phone: text("phone"),
    avatarUrl: text("avatar_url"),
    locale: text("locale"),
    /** The applications' own notes about the user; the service only keeps them. */
    metadata: jsonb("metadata").$type<Record<string, unknown>>().notNull().default({}),
    /** Null for an account that has no password. */
    passwordHash: text("password_hash"),
    emailVerifiedAt: moment("email_verified_at"),
    createdAt: moment("created_at").notNull(),
    updatedAt: moment("updated_at").notNull(),
    deletedAt: moment("deleted_at"),
  },
  (table) => [
    uniqueIndex("users_email_unique")
      .on(sql`lower(${table.email})`)
      .where(sql`${table.deletedAt} is null`),
    uniqueIndex("users_username_unique")
      .on(sql`lower(${table.username})`)
      .where(sql`${table.deletedAt} is null`),
  ],
);

/** Roles given to users beyond `user`, which every account has. */
export const userRoles = pgTable(
  "user_roles",
  {
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    role: text("role").notNull(),
    createdAt: moment("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.role] })],
);
