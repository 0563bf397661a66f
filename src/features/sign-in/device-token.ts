import { equalInConstantTime } from "../../kernel/bytes.ts";
import type { Context } from "../../platform/platform.ts";

const purpose = "known-device";
const separator = ".";
/** The users of one browser; the one who signed in longest ago is left out. */
const maximumUsers = 4;

/** A user at a version of the credentials: a token is void when a password or address is changed. */
export interface DeviceUser {
  readonly userId: string;
  readonly credentialsVersion: number;
}

/** Whether the request has a token of the right form. It may be forged. */
export function hasDeviceToken({ device }: Context): boolean {
  return parse(device?.token ?? null).deviceId !== null;
}

/**
 * The id of the device that sent the request, if the user has signed in on it before; else null. A token consists of the device's
 * random id and a keyed digest of it for each of its users.
 */
export function findKnownDevice(ctx: Context, user: DeviceUser): string | null {
  const { deviceId, digests } = parse(ctx.device?.token ?? null);
  if (deviceId === null) return null;
  const valid = ctx.secrets.digests(purpose, messageOf(deviceId, user));
  const isKnown = valid.some((one) => digests.some((digest) => equalInConstantTime(one, digest)));
  return isKnown ? deviceId : null;
}

/** Makes the device that sent the request a known device of the user. */
export function storeKnownDevice(ctx: Context, user: DeviceUser): void {
  if (!ctx.device) return;
  const sent = parse(ctx.device.token);
  const deviceId = sent.deviceId ?? ctx.random.token(128);
  const digest = ctx.secrets.digest(purpose, messageOf(deviceId, user));
  const others = sent.digests.filter((other) => other !== digest).slice(0, maximumUsers - 1);
  ctx.device.store([deviceId, digest, ...others].join(separator));
}

function messageOf(deviceId: string, { userId, credentialsVersion }: DeviceUser): string {
  return [deviceId, userId, credentialsVersion].join(separator);
}

/** The parts of a token. Anyone can send anything: only the digests prove something. */
function parse(token: string | null): { deviceId: string | null; digests: readonly string[] } {
  const isToken = token !== null && /^[\w-]{22}(?:\.[\w-]{43}){1,4}$/.test(token);
  const [deviceId = null, ...digests] = isToken ? token.split(separator) : [];
  return { deviceId, digests };
}
