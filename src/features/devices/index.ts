export {
  bindToDevice,
  type DeviceUser,
  findKnownDevice,
  hasDeviceToken,
  isBoundDevice,
  storeKnownDevice,
} from "./device-token.ts";
