export { removePasskey } from "./remove-passkey.ts";
export { unlinkIdentity } from "./unlink-identity.ts";
export { signInMethodsRoutes } from "./routes.ts";
