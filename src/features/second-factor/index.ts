export { secondFactorRoutes } from "./routes.ts";
export { trustedDevicesRoutes } from "./trusted-devices-routes.ts";
