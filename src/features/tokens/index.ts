export { issueAccessToken, issueRefreshToken, type RefreshTokenFacts } from "./issue-tokens.ts";
export { tokenResponseSchema, tokenSchema, type TokenResponse } from "./model.ts";
export {
  inspectAccessToken,
  inspectRefreshToken,
  invalidToken,
  verifyAccessToken,
  verifyRefreshToken,
} from "./verify-tokens.ts";
