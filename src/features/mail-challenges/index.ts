export { consumeCode, type ConsumedChallenge, consumeToken, wasConsumed } from "./consume-challenge.ts";
export { issueChallenge, type IssuedChallenge } from "./issue-challenge.ts";
