export { hashChosenPassword } from "./choose-password.ts";
export { duplicate } from "./register.ts";
export { passwordsRoutes } from "./routes.ts";
export { parseIdentifier, verifyCredentials } from "./verify-credentials.ts";
