/** The authorization endpoint (RFC 6749 §3.1). */
export const authorizePath = "/oauth/authorize";

/** Where the consent page posts to. */
export const decisionPath = "/oauth/authorize/decision";

/** Where the page for the second factor posts to. */
export const secondFactorPath = "/oauth/authorize/second-factor";
