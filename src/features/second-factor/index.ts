export { reauthenticate } from "./reauthenticate.ts";
export { secondFactorRoutes } from "./routes.ts";
export { trustedDevicesRoutes } from "./trusted-devices-routes.ts";
export type { SentFactor } from "../mfa/index.ts";
export { verifySecondFactor } from "./verify.ts";
