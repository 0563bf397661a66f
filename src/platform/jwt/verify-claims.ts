import { numericDate } from "../../kernel/clock.ts";
import type { Claims, ExpectedClaims, Verification } from "./port.ts";

/** Every token of this service has these claims. */
const required = ["sub", "jti", "iat", "exp"] as const;

/** How far the clock of the replica that issued a token may be ahead. A later `iat` would make `exp - iat` meaningless. */
const clockSkewSeconds = 60;

/** Verifies issuer, audience and times (RFC 7519 §4.1). Expiry has no leeway: the same service issues and verifies. */
export function verifyClaims(claims: Claims, expected: ExpectedClaims): Verification {
  const { iss, aud, exp, nbf, iat } = claims;
  const now = numericDate(expected.now);
  const isOurs =
    required.every((name) => claims[name] !== undefined) &&
    iss === expected.issuer &&
    (expected.audience === undefined || includesAudience(aud, expected.audience)) &&
    isNumericDate(exp) &&
    isNumericDate(iat) &&
    (expected.allowsFuture === true || iat <= now + clockSkewSeconds) &&
    exp - iat <= (expected.maximumLifeSeconds ?? Number.POSITIVE_INFINITY) &&
    (nbf === undefined || (isNumericDate(nbf) && nbf <= now));
  if (!isOurs) return { status: "invalid" };
  return { status: exp <= now ? "expired" : "valid", claims };
}

function includesAudience(aud: unknown, audience: string): boolean {
  return Array.isArray(aud) ? aud.includes(audience) : aud === audience;
}

function isNumericDate(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
