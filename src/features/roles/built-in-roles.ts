import { baseRole } from "./user-with-roles.ts";

/** The role that has every permission, also those that are yet to be made. */
export const adminRole = "admin";

/** Whether a role is one of those that every installation has. */
export function isBuiltInRole(name: string): boolean {
  return name === baseRole || name === adminRole;
}
