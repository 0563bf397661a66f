export { createAuthenticator, type TokenCacheLoad } from "./authenticate.ts";
export { ownUserSchema } from "./model.ts";
export { accessRoutes } from "./routes.ts";
export { viewOwnUser } from "./views.ts";
