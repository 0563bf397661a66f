import { createHmac } from "node:crypto";

/** HMAC-SHA-256 (RFC 2104) of a message under a key that is no root secret's, base64url. */
export function keyedDigest(key: string, message: string): string {
  return createHmac("sha256", key).update(message).digest("base64url");
}
