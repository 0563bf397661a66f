export { isOAuthPath, oauthErrorSchema, oauthFailure } from "./errors.ts";
export { pushedRequestRoutes } from "./par-routes.ts";
export { clientRegistrationRoutes } from "./registration-routes.ts";
export { deviceAuthorizationRoutes } from "./device-routes.ts";
export { oauth2Routes, serverMetadataRoutes } from "./routes.ts";
export { introspectionRoute } from "./introspection-route.ts";
