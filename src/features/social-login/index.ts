export { identityLinkRoutes } from "./identity-link-routes.ts";
export { deleteExpiredCodes } from "./issue-code.ts";
export type { Provider } from "./provider.ts";
export { socialLoginRoutes } from "./routes.ts";
export { socialTokenRoutes } from "./token-routes.ts";
