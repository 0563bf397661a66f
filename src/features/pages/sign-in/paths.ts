/** The paths of the pages and forms of a sign-in. */
export const signInPath = "/sign-in";

/** Where a password is posted to is the page itself; a passkey has its own path, on both pages that offer it. */
export const passkeyPath = "/sign-in/passkey";

/** Where the script gets the options of a passkey. */
export const passkeyOptionsPath = "/api/v1/auth/passkeys/login/options";

/** Where the second factor of every sign-in is posted to. */
export const secondFactorPath = "/sign-in/second-factor";
