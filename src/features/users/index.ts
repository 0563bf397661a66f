export { canonicalEmail } from "./canonical-email.ts";
export { emailSchema, isUsername, nameSchema, usernameSchema, userSchema } from "./model.ts";
export {
  findUserWithPassword,
  grantedUsername,
  nextCredentialsVersion,
  profileColumns,
  userColumns,
  type UserIdentifier,
  type UserRecord,
} from "./queries.ts";
export { firstCredentialsVersion, userRoles, users } from "./table.ts";
export { rolesOf, viewUser } from "./view-user.ts";
