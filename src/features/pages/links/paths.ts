/** The page that signs in by a mailed link. */
export const magicLinkPath = "/magic-link";

/** Where an address and the code of the same mail are posted to. */
export const magicCodePath = "/magic-link/code";

/** Where a request for that mail is posted to. */
export const magicLinkMailPath = "/magic-link/resend";

/** Where an address and the code of a mail that verifies it are posted to. */
export const verifyCodePath = "/verify-email/code";

/** Where a request for that mail is posted to. */
export const verifyMailPath = "/verify-email/resend";
