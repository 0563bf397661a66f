import { hash } from "node:crypto";

import { equalInConstantTime } from "../../kernel/bytes.ts";

/**
 * Whether a code verifier is the one of a code's challenge (RFC 7636 §4.6). A verifier without a challenge is wrong as well: an
 * attacker has removed the challenge from the request (RFC 9700 §4.8.2).
 */
export function isRightVerifier(verifier: string | null, challenge: string | null): boolean {
  if (verifier === null || challenge === null) return verifier === challenge;
  // RFC 7636 §4.1
  if (!/^[\w.~-]{43,128}$/.test(verifier)) return false;
  return equalInConstantTime(hash("sha256", verifier, "base64url"), challenge);
}
