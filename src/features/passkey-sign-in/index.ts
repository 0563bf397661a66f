export { passkeySignInRoutes } from "./routes.ts";
export { signInWithPasskey, startPasskeySignIn } from "./sign-in-with-passkey.ts";
