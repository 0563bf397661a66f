import { AppError } from "../../kernel/errors.ts";
import { type ParsedJws, parseCompact, signCompact, verifyCompact } from "./compact-jws.ts";
import { verifyClaims } from "./verify-claims.ts";
import type { Claims, KeyRing, TokenSigner, TokenType, VerificationKey } from "./port.ts";

/** The maximum length of a token. A longer one is not signed, and is refused before it is parsed. */
export const maximumTokenLength = 8192;

/**
 * Signs with the current key of the key ring, and verifies with the key whose id the token names. Key and algorithm come from
 * the ring, never from the token's header (RFC 8725 §3.1).
 */
export function createJwtSigner(ring: KeyRing): TokenSigner {
  async function findClaims(token: string, type: TokenType): Promise<Claims | null> {
    const jws = token.length > maximumTokenLength ? null : parseCompact(token);
    if (jws === null || !isOfType(jws, type)) return null;
    const { kid, alg } = jws.header;
    const key = typeof kid === "string" ? await ring.find(kid) : undefined;
    if (!key || alg !== key.algorithm) return null;
    const claims = verifyCompact(jws, key.algorithm, key.verifyWith);
    if (claims === null || isIssuedInTime(claims, key)) return claims;
    // The algorithm may be in force again, and this replica not be notified of that yet.
    const current = await ring.findAgain(key.id);
    return current !== undefined && isIssuedInTime(claims, current) ? claims : null;
  }

  return {
    async sign(type, claims) {
      const { id, algorithm, signWith } = ring.current();
      const token = signCompact({ alg: algorithm, typ: type, kid: id }, claims, signWith);
      if (token.length <= maximumTokenLength) return token;
      throw new RangeError("the token would be longer than the maximum that is accepted");
    },
    signIdToken(algorithm, claims, type = "JWT") {
      const key = ring.currentForIdTokens(algorithm);
      if (key !== null) {
        return signCompact({ alg: algorithm, typ: type, kid: key.id }, claims, key.signWith);
      }
      throw new AppError("UNAVAILABLE", "The service is temporarily unavailable.", {
        retryAfterSeconds: 1,
        logDetail: "no key of ID tokens is loaded",
      });
    },
    verifyIdToken(token, issuer) {
      const jws = token.length > maximumTokenLength ? null : parseCompact(token);
      if (jws === null || jws.header.typ !== "JWT" || jws.header.crit !== undefined) return null;
      const { kid, alg } = jws.header;
      const key = typeof kid === "string" ? ring.findForIdTokens(kid) : undefined;
      if (!key || alg !== key.algorithm) return null;
      const claims = verifyCompact(jws, key.algorithm, key.verifyWith);
      return claims?.["iss"] === issuer ? claims : null;
    },
    async verify(token, expected) {
      const claims = await findClaims(token, expected.type);
      return claims === null ? { status: "invalid" } : verifyClaims(claims, expected);
    },
  };
}

/** A key that is learnt after its algorithm was replaced signs nothing that lives longer than what it signed before. */
function isIssuedInTime({ iat }: Claims, { issuedBefore }: VerificationKey): boolean {
  return issuedBefore === null || (typeof iat === "number" && iat * 1000 < issuedBefore.getTime());
}

/** No critical extension is supported, so a header that names one is not valid (RFC 7515 §4.1.11). */
function isOfType({ header }: ParsedJws, type: TokenType): boolean {
  return header.typ === type && header.crit === undefined;
}
