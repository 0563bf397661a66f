export { claimAccount, claimedVersion } from "./claim-account.ts";
export { completeSignIn, invalidCredentials, type ProvenIdentity } from "./complete-sign-in.ts";
export { countRefusedSignIn, countSignIn } from "./count-sign-in.ts";
export {
  assertMayAttempt,
  attemptPassword,
  clearAttemptsAt,
  recordFailedAttempt,
} from "./password-attempt.ts";
export { deleteExpiredDevices, forgetOtherDevices } from "./remember-device.ts";
export { knownDevices } from "./table.ts";
