import { type SQL, sql } from "drizzle-orm";

import { identityColumns, type UserIdentity, users, type UserView } from "../users/index.ts";
import { roles, userRoles } from "./table.ts";

/** The columns of a user and the user's roles, for use in the joins of other features. */
export const userColumns = {
  ...identityColumns,
  roles: namesOf(
    sql`${userRoles.role} from ${userRoles} where ${userRoles.userId} = ${users.id}`,
  ).as("roles"),
  mfaRoles: namesOf(
    sql`${roles.name} from ${userRoles} join ${roles} on ${roles.name} = ${userRoles.role} where ${userRoles.userId} = ${users.id} and ${roles.requireMfa}`,
  ).as("mfa_roles"),
};

/** The names that a query gives, sorted here: the plan of a sort costs the database more than the rest of the subquery. */
function namesOf(query: SQL): SQL<string[]> {
  return sql`array(select ${query})`.mapWith((names: string[]) => names.toSorted());
}

/** An active user's account with its roles. */
export interface UserRecord extends UserIdentity {
  /** Roles in addition to `user`. */
  readonly roles: string[];
  /** Those of them that are effective only in a session in which two factors were proven. */
  readonly mfaRoles: string[];
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

/** The method reference (RFC 8176 §2) of a session in which two factors were proven. */
const multipleFactors = "mfa";

/** Whether two factors were proven with these authentication method references. */
export function hasTwoFactors(amr: readonly string[]): boolean {
  return amr.includes(multipleFactors);
}

/**
 * The user with the roles that are effective in a session with these authentication method references: those that require a
 * second factor are left out where none was proven.
 */
export function inSession<User extends Pick<UserRecord, "roles" | "mfaRoles">>(
  user: User,
  amr: readonly string[],
): User {
  if (user.mfaRoles.length === 0 || hasTwoFactors(amr)) return user;
  return { ...user, roles: user.roles.filter((role) => !user.mfaRoles.includes(role)) };
}

/** The wire form of a user. */
export function viewUser(user: Pick<UserRecord, "roles" | keyof UserIdentity>): UserView {
  return {
    id: user.id,
    email: user.email,
    username: user.username,
    name: user.name,
    email_verified: user.emailVerifiedAt !== null,
    roles: rolesOf(user),
  };
}
