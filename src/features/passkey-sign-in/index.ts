export { passkeySignInRoutes } from "./routes.ts";
