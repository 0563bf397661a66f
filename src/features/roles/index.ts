export { assignRoles } from "./assign-roles.ts";
export { giveRoles, isRoleGone } from "./give-roles.ts";
export { heldPermissions, heldWithoutMfa } from "./held-permissions.ts";
export { assertHolds, assertMayAdminister, findGrantable, isAdmin } from "./may-grant.ts";
export { roleNamesSchema } from "./model.ts";
export { findRole, type RoleReading } from "./queries.ts";
export { builtInPermissions } from "./permissions.ts";
export { permissionsRoutes } from "./permissions-routes.ts";
export { assertFewEnough, maximumRoles, tooManyRoles } from "./errors.ts";
export { rolesRoutes } from "./routes.ts";
export { userRolesRoutes } from "./user-roles-routes.ts";
export { viewOfChange } from "./view-of-change.ts";
export { permissions, rolePermissions, roles, userRoles } from "./table.ts";
export {
  adminRole,
  baseRole,
  hasTwoFactors,
  inSession,
  rolesOf,
  userColumns,
  type UserRecord,
  viewUser,
} from "./user-with-roles.ts";
