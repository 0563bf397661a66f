export { issueClientToken, verifyClientToken } from "./client-tokens.ts";
export { issueAccessToken, issueRefreshToken, type RefreshTokenFacts } from "./issue-tokens.ts";
export { tokenResponseSchema, tokenSchema, type TokenResponse } from "./model.ts";
export {
  type AccessClaims,
  inspectAccessToken,
  inspectRefreshToken,
  invalidToken,
  verifyAccessToken,
  verifyRefreshToken,
} from "./verify-tokens.ts";
