import { type ParsedJws, parseCompact, signCompact, verifyCompact } from "./compact-jws.ts";
import { verifyClaims } from "./verify-claims.ts";
import type { Claims, KeyRing, TokenSigner, TokenType } from "./port.ts";

/** In characters. No token of ours is longer: what exceeds it is not signed, and refused before any work. */
export const maximumTokenLength = 8192;

/**
 * Signs with the ring's current key and verifies with the key that a token names. The token chooses among our keys and
 * nothing else: key and algorithm come from the ring, never from the token's header (RFC 8725 §3.1).
 */
export function createJwtSigner(ring: KeyRing): TokenSigner {
  async function findClaims(token: string, type: TokenType): Promise<Claims | null> {
    const jws = token.length > maximumTokenLength ? null : parseCompact(token);
    if (jws === null || !isOfType(jws, type)) return null;
    const { kid, alg } = jws.header;
    const key = typeof kid === "string" ? await ring.find(kid) : undefined;
    if (!key || alg !== key.algorithm) return null;
    return verifyCompact(jws, key.algorithm, key.verifyWith);
  }

  return {
    async sign(type, claims) {
      const { id, algorithm, signWith } = ring.current();
      const token = signCompact({ alg: algorithm, typ: type, kid: id }, claims, signWith);
      if (token.length <= maximumTokenLength) return token;
      throw new RangeError("a token would be too long to be accepted: it says too much");
    },
    async verify(token, expected) {
      const claims = await findClaims(token, expected.type);
      return claims === null ? { status: "invalid" } : verifyClaims(claims, expected);
    },
  };
}

/** We know no critical extension, so a header that names one is not ours (RFC 7515 §4.1.11). */
function isOfType({ header }: ParsedJws, type: TokenType): boolean {
  return header.typ === type && header.crit === undefined;
}
