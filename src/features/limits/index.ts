export { deleteExpiredCounts } from "./delete-expired.ts";
export {
  appCodeLimits,
  failedRecoveryCodes,
  failedSignIns,
  limitNames,
  limits,
  recipientLimits,
  requestedMailLimits,
} from "./limits.ts";
export { type CountFilter, clearLimits, type ListedCount, listLimits } from "./list-limits.ts";
export { addressSource } from "./sources.ts";
export {
  assertNotExceeded,
  enforced,
  findExceeded,
  rateLimited,
  spend,
  spendOrReject,
} from "./spend.ts";
