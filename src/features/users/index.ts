export { canonicalEmail, findCanonicalEmail, lowerAscii } from "./canonical-email.ts";
export {
  deleteEndedReservations,
  endReservation,
  endReservationOfWanted,
  grantedUsername,
  skeletonOf,
} from "./given-up-usernames.ts";
export {
  emailSchema,
  isUsername,
  nameSchema,
  usernameSchema,
  userSchema,
  type UserView,
} from "./model.ts";
export {
  acceptableProfile,
  type ForeignProfile,
  profileColumnsOf,
  profileFields,
  profileSchema,
  type ProfileUpdate,
  viewProfile,
} from "./profile.ts";
export {
  claimedIdentitiesVersion,
  duplicate,
  identityColumns,
  isActive,
  isActiveUser,
  isUsernameTaken,
  nextCredentialsVersion,
  profileColumns,
  type UserIdentity,
} from "./queries.ts";
export { assertDomainAllowed, assertRegistrationOpen } from "./registration-policy.ts";
export { assertNotReserved, usernameSkeleton } from "./reserved-usernames.ts";
export { firstCredentialsVersion, usernames, users } from "./table.ts";
