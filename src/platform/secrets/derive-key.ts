import { hkdfSync } from "node:crypto";

/** A 256-bit key for one purpose, drawn from a root secret (HKDF-SHA-256, RFC 5869); purposes never share a key. */
export function deriveKey(rootSecret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", rootSecret, "", `gatehouse:${purpose}`, 32));
}
