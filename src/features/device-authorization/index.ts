export { decideOnDevice, type DeviceRequest, findDeviceRequest } from "./decide-on-device.ts";
export { deleteExpiredDeviceAuthorizations } from "./delete-expired.ts";
export { redeemDeviceCode } from "./redeem-device-code.ts";
export { startDeviceAuthorization } from "./start-device-authorization.ts";
export { showUserCode } from "./user-code.ts";
