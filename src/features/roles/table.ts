import { boolean, index, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";

import { timestamp } from "../../platform/db/columns.ts";
import { users } from "../users/index.ts";

/** Roles. The migration creates `user`, which every account has, and `admin`, which has every permission. */
export const roles = pgTable("roles", {
  name: text("name").primaryKey(),
  description: text("description"),
  /** Whether it is effective only in sessions in which two factors were proven. */
  requireMfa: boolean("require_mfa").notNull().default(false),
  createdAt: timestamp("created_at").notNull(),
  updatedAt: timestamp("updated_at").notNull(),
});

/** Permissions that the operator defines for their applications; the built-in ones are in code. */
export const permissions = pgTable("permissions", {
  name: text("name").primaryKey(),
  description: text("description"),
  createdAt: timestamp("created_at").notNull(),
});

/** The permissions of each role; `admin` has every permission and no rows. */
export const rolePermissions = pgTable(
  "role_permissions",
  {
    role: text("role")
      .notNull()
      .references(() => roles.name, { onDelete: "cascade" }),
    /** Built in or defined by the operator, hence no foreign key. */
    permission: text("permission").notNull(),
  },
  (table) => [primaryKey({ columns: [table.role, table.permission] })],
);

/** Roles assigned to users in addition to `user`, which every account has. */
export const userRoles = pgTable(
  "user_roles",
  {
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    role: text("role")
      .notNull()
      .references(() => roles.name, { onDelete: "cascade" }),
    createdAt: timestamp("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.role] }),
    index("user_roles_role_index").on(table.role, table.userId),
  ],
);
