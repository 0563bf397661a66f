export {
  bindToDevice,
  deviceSource,
  type DeviceUser,
  findKnownDevice,
  hasDeviceToken,
  isBoundDevice,
  storeKnownDevice,
} from "./device-token.ts";
