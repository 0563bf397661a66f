export { canonicalEmail } from "./canonical-email.ts";
export { emailSchema, isUsername, nameSchema, usernameSchema, userSchema } from "./model.ts";
export {
  profileColumnsOf,
  profileFields,
  profileSchema,
  type ProfileUpdate,
  viewProfile,
} from "./profile.ts";
export {
  findUserWithPassword,
  grantedUsername,
  isActive,
  nextCredentialsVersion,
  profileColumns,
  userColumns,
  type UserIdentifier,
  type UserRecord,
} from "./queries.ts";
export {
  firstCredentialsVersion,
  permissions,
  rolePermissions,
  roles,
  userRoles,
  users,
} from "./table.ts";
export { baseRole, rolesOf, viewUser } from "./view-user.ts";
