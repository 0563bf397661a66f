export { consumeCode, consumeToken, findConsumedToken, wasConsumed } from "./consume-challenge.ts";
export { issueChallenge } from "./issue-challenge.ts";
