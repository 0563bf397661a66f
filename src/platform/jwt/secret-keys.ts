import { createSecretKey } from "node:crypto";

import { sha256 } from "../../kernel/bytes.ts";
import { deriveKey } from "../secrets/secrets.ts";
import type { SigningKey, VerificationKey } from "./port.ts";

/** A symmetric key: the same bytes sign and verify. */
export type SecretKey = SigningKey &
  Omit<VerificationKey, "issuedBefore"> & { readonly algorithm: "HS256" };

/** The HMAC-SHA-256 key (RFC 7518 §3.2) of a secret in the settings. */
export function secretKeyOf(secret: string): SecretKey {
  const key = createSecretKey(secret, "utf8");
  return { id: keyIdOf(secret), algorithm: "HS256", signWith: key, verifyWith: key };
}

/** The key id is derived from the secret: it is the same on every replica and does not reveal the secret. */
function keyIdOf(secret: string): string {
  return sha256(deriveKey(secret, "key-id").toString("base64url")).slice(0, 12);
}
