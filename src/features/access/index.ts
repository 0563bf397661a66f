export { createAuthenticator, type TokenCacheLoad } from "./authenticate.ts";
export { ownUserSchema } from "./model.ts";
export { accessRoutes } from "./routes.ts";
export { userinfoRoutes } from "./userinfo-routes.ts";
export { viewOwnUser } from "./views.ts";
