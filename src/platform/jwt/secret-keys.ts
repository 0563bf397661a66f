import { createSecretKey } from "node:crypto";

import { sha256 } from "../../kernel/bytes.ts";
import { deriveKey } from "../secrets/derive-key.ts";
import type { SigningKey, VerificationKey } from "./port.ts";

/** A symmetric key: the same bytes sign and verify. */
export type SecretKey = SigningKey & VerificationKey & { readonly algorithm: "HS256" };

/** The HMAC-SHA-256 key (RFC 7518 §3.2) that a secret of the settings is. */
export function secretKeyOf(secret: string): SecretKey {
  const key = createSecretKey(secret, "utf8");
  return { id: keyIdOf(secret), algorithm: "HS256", signWith: key, verifyWith: key };
}

/** The identifier is drawn from the secret, so that replicas agree on it and a reader learns nothing. */
function keyIdOf(secret: string): string {
  return sha256(deriveKey(secret, "key-id").toString("base64url")).slice(0, 12);
}
