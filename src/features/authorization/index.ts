export { authorize, deny } from "./authorize.ts";
export { deleteExpiredAuthorizationCodes, deleteExpiredPushedRequests } from "./delete-expired.ts";
export type { AuthorizationOutcome, Interaction, PageOutcome, RedirectOutcome } from "./outcome.ts";
export { pushRequest } from "./push-request.ts";
export { findResourceFault } from "./request-checks.ts";
export { isProof } from "./request-marks.ts";
export { activeParent, isRefreshable, isStillAllowed } from "./open-granted.ts";
export { findGrantor } from "./find-code.ts";
export { assertGrantedResource, type RedeemedCode, redeemCode } from "./redeem-code.ts";
