export { disable as disableSecondFactor } from "./disable.ts";
export { enable as enableSecondFactor } from "./enable.ts";
export { reauthenticate, type SentProof } from "./reauthenticate.ts";
export { replaceRecoveryCodes } from "./replace-recovery-codes.ts";
export { secondFactorRoutes } from "./routes.ts";
export { type SetUp, setUp as setUpSecondFactor } from "./set-up.ts";
export { trustedDevicesRoutes } from "./trusted-devices-routes.ts";
export type { SentFactor } from "../mfa/index.ts";
export { verifySecondFactor } from "./verify.ts";
