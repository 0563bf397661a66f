export { type ChallengeEffects, consumeCode, consumeToken } from "./consume-challenge.ts";
export { deleteExpiredChallenges } from "./delete-expired.ts";
export { challengeLink, issueChallenge } from "./issue-challenge.ts";
export { mailLink, mailLinkAndCode } from "./mail-link.ts";
export { createMailRequests } from "./mail-requests.ts";
export {
  lockChallenge,
  proveCode,
  type ProvenChallenge,
  proveToken,
  useUpChallenge,
} from "./prove-challenge.ts";
export { findChallenge } from "./queries.ts";
export type { ChallengePurpose } from "./table.ts";
