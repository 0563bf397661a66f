export { OAuthError, toOAuthError } from "./errors.ts";
export { oauth2Routes } from "./routes.ts";
