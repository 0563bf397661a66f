import { hash, timingSafeEqual } from "node:crypto";

/** Bytes as base64url without padding (RFC 4648 §5). */
export function toBase64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64url");
}

/** The SHA-256 digest of a text, base64url: how tokens of 128 bits and more are stored. */
export function sha256(text: string): string {
  return hash("sha256", text, "base64url");
}

/** Whether two texts are equal, in time that depends on their lengths alone. */
export function equalInConstantTime(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}
