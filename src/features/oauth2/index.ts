export { oauthFailure } from "./errors.ts";
export { oauth2Routes } from "./routes.ts";
