/** What a mailed link or code may be used for. One made for a purpose is worthless for any other. */
export type ChallengePurpose = "verify-email" | "magic-link" | "reset-password" | "change-email";
