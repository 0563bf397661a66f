import { equalInConstantTime, sha256 } from "../../kernel/bytes.ts";
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

/** The source under which what a known device of an account does is counted. */
export function deviceSource(account: string, deviceId: string): string {
  return `${account} device ${deviceId}`;
}

/** Whether the request has a token of the right form with at least one user. It may be forged. */
export function hasDeviceToken({ device }: Context): boolean {
  return parse(device?.token ?? null).digests.length > 0;
}

/**
 * The id of the device that sent the request, if the user has signed in on it before; else null. A token consists of the device's
 * random id and a keyed digest of it for each of its users; without users it is the id alone.
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

/**
 * Binds what a request asks for to the browser that sent it: gives the browser a token, with a new id if it has none, and returns
 * the digest for `isBoundDevice`. That makes it a known device of no user. Null for a client that does not keep cookies: it
 * sent no token, and no page or application of our own origin sent the request.
 */
export function bindToDevice({ device, random }: Context): string | null {
  if (!device) return null;
  const sent = parse(device.token);
  if (sent.deviceId === null && !device.isSameOrigin) return null;
  const deviceId = sent.deviceId ?? random.token(128);
  device.store([deviceId, ...sent.digests].join(separator));
  return sha256(deviceId);
}

/** Whether the request came from the browser with this digest. */
export function isBoundDevice({ device }: Context, deviceHash: string): boolean {
  const { deviceId } = parse(device?.token ?? null);
  return deviceId !== null && equalInConstantTime(sha256(deviceId), deviceHash);
}

function messageOf(deviceId: string, { userId, credentialsVersion }: DeviceUser): string {
  return [deviceId, userId, credentialsVersion].join(separator);
}

/** The parts of a token. Anyone can send anything: only the digests prove something. */
function parse(token: string | null): { deviceId: string | null; digests: readonly string[] } {
  const isToken = token !== null && /^[\w-]{22}(?:\.[\w-]{43}){0,4}$/.test(token);
  const [deviceId = null, ...digests] = isToken ? token.split(separator) : [];
  return { deviceId, digests };
}
