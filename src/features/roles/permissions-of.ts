import { builtInPermissions } from "./permissions.ts";

/** What each built-in role allows; a role that is not here allows nothing. */
const permissionsByRole = new Map<string, readonly string[]>([
  ["user", []],
  ["admin", builtInPermissions],
]);

/** Everything that a holder of all these roles may do, each permission once, in alphabetical order. */
export function permissionsOf(roles: readonly string[]): string[] {
  const permissions = roles.flatMap((role) => permissionsByRole.get(role) ?? []);
  return [...new Set(permissions)].toSorted();
}
