export { type ChallengeEffects, consumeCode, consumeToken } from "./consume-challenge.ts";
export { claimChallengeForMailing } from "./claim-for-mailing.ts";
export { deleteExpiredChallenges, deleteForgottenCodeAttempts } from "./delete-expired.ts";
export { challengeLink, issueChallenge } from "./issue-challenge.ts";
export { linkTokenSchema } from "./link-token-schema.ts";
export { mailLink, mailLinkAndCode } from "./mail-link.ts";
export { createMailRequests } from "./mail-requests.ts";
export {
  lockChallenge,
  proveCode,
  type ProvenChallenge,
  type ProvenLink,
  proveToken,
  useUpChallenges,
} from "./prove-challenge.ts";
export { deleteEarlier, findChallenge } from "./queries.ts";
export type { ChallengePurpose } from "./table.ts";
