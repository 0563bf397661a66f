import { renderSVG } from "uqr";

/** Loaded at the first use: its tables of hash functions would be made at every start. */
const loadLibrary = () => import("otpauth");

// What every authenticator app supports; many ignore other values of the address (RFC 6238 §5.2, §4).
const form = { algorithm: "SHA1", digits: 6, period: 30 };

/** Codes of one step before and one after the present one are accepted (RFC 6238 §5.2): clocks differ. */
const windowSteps = 1;

/** Bytes in base32 (RFC 4648 §6) without padding. */
export async function toBase32(bytes: Uint8Array): Promise<string> {
  const { Secret } = await loadLibrary();
  return new Secret({ buffer: new Uint8Array(bytes).buffer }).base32;
}

/** What an authenticator app reads from a QR code: the secret in base32, and the names of the service and the account. */
export interface Enrolment {
  readonly secret: string;
  readonly serviceName: string;
  readonly accountName: string;
}

/** The `otpauth:` address of a secret, as the Key URI Format of authenticator apps defines it. */
export async function otpauthUrl({ secret, serviceName, accountName }: Enrolment): Promise<string> {
  const { TOTP } = await loadLibrary();
  // A colon separates the two names.
  const issuer = serviceName.replaceAll(":", " ");
  return new TOTP({ ...form, issuer, label: accountName, secret }).toString();
}

/** A string as a QR code: an SVG image. */
export function qrCode(text: string): string {
  return renderSVG(text, { ecc: "M" });
}

/** The time step (RFC 6238 §4.2) whose code this is, among the present one and its two neighbours; null for any other code. */
export async function findStep(secret: string, code: string, now: Date): Promise<number | null> {
  const { TOTP } = await loadLibrary();
  const timestamp = now.getTime();
  const totp = new TOTP({ ...form, secret });
  const delta = totp.validate({ token: code, timestamp, window: windowSteps });
  return delta === null ? null : TOTP.counter({ period: form.period, timestamp }) + delta;
}
