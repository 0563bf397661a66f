export { identityLinkRoutes } from "./identity-link-routes.ts";
export { deleteExpiredCodes } from "./issue-code.ts";
export { linkIdentity } from "./link-identity.ts";
export type { Provider } from "./provider.ts";
export { createProviders } from "./providers/index.ts";
export { type ResolvedAccount, resolveAccount } from "./resolve-account.ts";
export { socialLoginRoutes } from "./routes.ts";
export { socialTokenRoutes } from "./token-routes.ts";
