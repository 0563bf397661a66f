export { builtInPermissions } from "./permissions.ts";
export { permissionsOf } from "./permissions-of.ts";
