export { completeSignIn, invalidCredentials, type ProvenIdentity } from "./complete-sign-in.ts";
