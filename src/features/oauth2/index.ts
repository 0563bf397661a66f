export { oauthFailure } from "./errors.ts";
export { oauth2Routes, serverMetadataRoutes } from "./routes.ts";
