export { challengeLink } from "./challenge-link.ts";
export { consumeCode, consumeToken, wasConsumed } from "./consume-challenge.ts";
export { findChallenge } from "./find-challenge.ts";
export { issueChallenge } from "./issue-challenge.ts";
export {
  lockChallenge,
  proveCode,
  type ProvenChallenge,
  proveToken,
  useUpChallenge,
} from "./prove-challenge.ts";
export type { ChallengePurpose } from "./purposes.ts";
export { createRequestDelivery, takeRequest } from "./requests.ts";
export { deleteExpiredChallenges } from "./delete-expired.ts";
