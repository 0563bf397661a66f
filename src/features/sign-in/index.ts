export { completeSignIn, invalidCredentials, type ProvenIdentity } from "./complete-sign-in.ts";
export { forgetDevices } from "./remember-device.ts";
export { deleteExpiredDevices } from "./delete-expired.ts";
