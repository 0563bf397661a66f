export {
  isRevokedClientToken,
  issueClientToken,
  revokeClientToken,
  verifyClientToken,
} from "./client-tokens.ts";
export { issueIdToken, issueLogoutToken } from "./id-tokens.ts";
export {
  contextClasses,
  issueAccessToken,
  issueRefreshToken,
  ownClientId,
  type RefreshTokenFacts,
  type TokenGrantFacts,
  type TokenSubject,
} from "./issue-tokens.ts";
export {
  tokenResponseSchema,
  refreshTokenSchema,
  accessTokenSchema,
  type TokenResponse,
} from "./model.ts";
export {
  type AccessClaims,
  inspectAccessToken,
  inspectRefreshToken,
  invalidToken,
  isOwnToken,
  verifyRefreshToken,
  verifyUserToken,
} from "./verify-tokens.ts";
