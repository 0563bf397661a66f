export { countAttempt, endPauses } from "./count-attempt.ts";
export { deleteFactorsOf, findFactor, placeOfSecret, sealedTotpSecrets } from "./factors.ts";
export { findRequiredFactor, hasSecondFactor } from "./find-required-factor.ts";
export { mailChange } from "./mail-change.ts";
export { invalidCode, proveFactor, type SentFactor } from "./prove-factor.ts";
export {
  createRecoveryCodes,
  deleteRecoveryCodes,
  storeRecoveryCodes,
  unusedRecoveryCodes,
} from "./recovery-codes.ts";
export { turnOff } from "./reset-factor.ts";
export { totpFactors } from "./table.ts";
export { secondFactorTickets, ticketTtlSeconds } from "./tickets.ts";
export {
  deleteExpiredTrust,
  listTrustedDevices,
  revokeTrustedDevice,
  trustDevice,
  type TrustedDeviceRecord,
} from "./trusted-devices.ts";
