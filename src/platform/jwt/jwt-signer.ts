import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from "jose";

import type { KeyRing, TokenSigner, VerificationKey } from "./port.ts";

/** Longer than any token of ours; what exceeds it is refused before any work. */
const maximumTokenLength = 8192;

/**
 * Signs with the ring's current key and verifies with the key that a token names. The token chooses among our keys and
 * nothing else: key and algorithm come from the ring, never from the token's header (RFC 8725 §3.1).
 */
export function createJwtSigner(ring: KeyRing): TokenSigner {
  async function findKey(token: string): Promise<VerificationKey> {
    const { kid } = decodeProtectedHeader(token);
    const key = typeof kid === "string" ? await ring.find(kid) : undefined;
    if (!key) throw new errors.JWKSNoMatchingKey();
    return key;
  }

  return {
    async sign(type, claims) {
      const { id, algorithm, signWith } = ring.current();
      return new SignJWT({ ...claims })
        .setProtectedHeader({ alg: algorithm, typ: type, kid: id })
        .sign(signWith);
    },

    async verify(token, expected) {
      if (token.length > maximumTokenLength) return { status: "invalid" };
      try {
        const { algorithm, verifyWith } = await findKey(token);
        const { payload } = await jwtVerify(token, verifyWith, {
          algorithms: [algorithm],
          typ: expected.type,
          issuer: expected.issuer,
          ...(expected.audience === undefined ? {} : { audience: expected.audience }),
          requiredClaims: ["sub", "jti", "iat", "exp"],
          currentDate: expected.now,
        });
        return { status: "valid", claims: payload };
      } catch (error) {
        if (error instanceof errors.JWTExpired) {
          return { status: "expired", claims: error.payload };
        }
        if (error instanceof errors.JOSEError || error instanceof TypeError) {
          return { status: "invalid" };
        }
        throw error;
      }
    },
  };
}
