export { deleteUser } from "./delete-user.ts";
export { findNamedUser, type NamedUser } from "./find-account.ts";
export { listUsers, type UserFilter } from "./list-users.ts";
export { viewAccount } from "./model.ts";
export { restoreUser } from "./restore-user.ts";
export { usersRoutes } from "./routes.ts";
export { updateUser } from "./update-user.ts";
export { revokeSessionsOf } from "./user-sessions.ts";
export { userSessionsRoutes } from "./user-sessions-routes.ts";
