export { createAuthenticator } from "./authenticate.ts";
export { forwardAuthRoutes, forwardAuthShortcut } from "./forward-auth-routes.ts";
export { validateTokenRoutes, validateTokenShortcut } from "./validate-token-routes.ts";
