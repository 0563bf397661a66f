export { canonicalEmail, lowerAscii } from "./canonical-email.ts";
export {
  emailSchema,
  isUsername,
  nameSchema,
  usernameSchema,
  userSchema,
  type UserView,
} from "./model.ts";
export {
  profileColumnsOf,
  profileFields,
  profileSchema,
  type ProfileUpdate,
  viewProfile,
} from "./profile.ts";
export {
  duplicate,
  grantedUsername,
  identityColumns,
  isActive,
  nextCredentialsVersion,
  profileColumns,
  type UserIdentity,
} from "./queries.ts";
export { firstCredentialsVersion, users } from "./table.ts";
