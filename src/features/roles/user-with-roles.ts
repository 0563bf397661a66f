import { sql } from "drizzle-orm";

import { identityColumns, type UserIdentity, users, type UserView } from "../users/index.ts";
import { userRoles } from "./table.ts";

/** The columns of a user and the user's roles, for use in the joins of other features. */
export const userColumns = {
  ...identityColumns,
  roles: sql<
    string[]
  >`array(select ${userRoles.role} from ${userRoles} where ${userRoles.userId} = ${users.id} order by 1)`.as(
    "roles",
  ),
};

/** An active user's account with its roles. */
export interface UserRecord extends UserIdentity {
  /** Roles in addition to `user`. */
  readonly roles: string[];
}

/** Every account has this role. */
export const baseRole = "user";

/** The role that has every permission, also those that are created later. */
export const adminRole = "admin";

/** Whether a role is one of those that every installation has. */
export function isBuiltInRole(name: string): boolean {
  return name === baseRole || name === adminRole;
}

/** All roles of a user, `user` first. */
export function rolesOf(user: Pick<UserRecord, "roles">): string[] {
  return [baseRole, ...user.roles.filter((role) => role !== baseRole)];
}

/** The wire form of a user. */
export function viewUser(user: UserRecord): UserView {
  return {
    id: user.id,
    email: user.email,
    username: user.username,
    name: user.name,
    email_verified: user.emailVerifiedAt !== null,
    roles: rolesOf(user),
  };
}
