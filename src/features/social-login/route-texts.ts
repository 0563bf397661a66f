/** The tag of the operations of social login. */
export const tags = ["Social login"];

/** The error codes of a sign-in whose user was found at a provider. */
export const accountFailures = [
  "INVALID_CREDENTIALS",
  "EMAIL_NOT_VERIFIED",
  "MFA_REQUIRED",
  "REGISTRATION_CLOSED",
  "CONFLICT",
] as const;
