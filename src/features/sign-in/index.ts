export { completeSignIn, invalidCredentials, type ProvenIdentity } from "./complete-sign-in.ts";
export { deleteExpiredDevices, forgetOtherDevices } from "./remember-device.ts";
