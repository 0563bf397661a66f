import { hash, timingSafeEqual } from "node:crypto";

/** Bytes as base64url without padding (RFC 4648 §5). */
export function toBase64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64url");
}

/** The bytes of base64url text (RFC 4648 §5). Null for other text, and for text that is not the one form of its bytes. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | null {
  const bytes = Uint8Array.from(Buffer.from(text, "base64url"));
  return toBase64Url(bytes) === text ? bytes : null;
}

/** The SHA-256 digest of a string, base64url. Tokens of 128 bits and more are stored in this form. */
export function sha256(text: string): string {
  return hash("sha256", text, "base64url");
}

/** Whether two strings are equal, in time that depends only on their lengths. */
export function equalInConstantTime(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** HMAC-SHA-256 (RFC 2104) of a string under one key, base64url. */
export type KeyedHash = (text: string) => string;

/** A keyed hash function for this key. The key's state is computed once, which takes a third off the time of each hash. */
export function createKeyedHash(key: string | Uint8Array): KeyedHash {
  const keyed = new Bun.CryptoHasher("sha256", key);
  return (text) => keyed.copy().update(text).digest("base64url");
}
