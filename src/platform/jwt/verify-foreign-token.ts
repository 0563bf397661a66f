import { hash } from "node:crypto";

import { compactVerify, errors } from "jose";

import { equalInConstantTime } from "../../kernel/bytes.ts";
import { numericDate } from "../../kernel/clock.ts";
import { NoJsonError } from "../http-client/request-json.ts";
import type { Claims } from "./port.ts";
import { InvalidKeySetError, type RemoteKeys } from "./remote-keys.ts";

/** What an ID token of another service must have (OpenID Connect Core §3.1.3.7). */
export interface ForeignTokenRules {
  readonly keys: RemoteKeys;
  /** The algorithms that the service announces. Those with a shared secret are never accepted. */
  readonly algorithms: readonly string[];
  /** The accepted values of `iss`, for these claims and for what the key says about its issuer. */
  readonly issuers: (claims: Claims, keyIssuer: string | null) => readonly string[];
  /** The clients of which one must be in `aud`, and in `azp` if that is there. */
  readonly clientIds: readonly string[];
  /** The accepted values of `nonce`. */
  readonly nonces: readonly string[];
  /** The access token that came with the ID token, with which `at_hash` must agree; null without one. */
  readonly accessToken: string | null;
  readonly now: Date;
}

/** A verified ID token. */
export interface ForeignToken {
  readonly issuer: string;
  readonly subject: string;
  readonly claims: Claims;
}

/** The token is refused, or the keys to verify it with are unavailable. */
export class ForeignTokenError extends Error {
  readonly fault: "unavailable" | "refused";
  /** A word for the audit log. It holds nothing that was received. */
  readonly reason: string;

  constructor(fault: ForeignTokenError["fault"], reason: string, cause?: unknown) {
    super(`the ID token is not accepted: ${reason}`, cause === undefined ? undefined : { cause });
    this.name = "ForeignTokenError";
    this.fault = fault;
    this.reason = reason;
  }
}

/** Every algorithm with a public key that is accepted where announced, with the digest of its `at_hash`. */
const digests: ReadonlyMap<string, "sha256" | "sha384" | "sha512"> = new Map([
  ["RS256", "sha256"],
  ["RS384", "sha384"],
  ["RS512", "sha512"],
  ["PS256", "sha256"],
  ["PS384", "sha384"],
  ["PS512", "sha512"],
  ["ES256", "sha256"],
  ["ES384", "sha384"],
  ["ES512", "sha512"],
  ["EdDSA", "sha512"],
  ["Ed25519", "sha512"],
]);

const longestToken = 16_384;
/** How far the other service's clock may be ahead. Expiry has no leeway. */
const clockSkewSeconds = 60;
/** The end of the year 9999: a later time is no `Date`, or cannot be stored. */
const lastSecond = 253_402_300_799;
/** OpenID Connect Core §2: at most 255 ASCII characters. */
const subjectForm = /^[\x20-\x7e]{1,255}$/;

/** Verifies an ID token's signature, then its claims. Throws `ForeignTokenError` with the reason. */
export async function verifyForeignToken(
  token: string,
  rules: ForeignTokenRules,
): Promise<ForeignToken> {
  if (token.length > longestToken) throw refused("id_token_too_long");
  const { algorithm, claims, keyIssuer } = await verifySignature(token, rules);
  const now = numericDate(rules.now);
  const { iss, sub, exp, iat, nbf, nonce } = claims;

  if (typeof iss !== "string" || !rules.issuers(claims, keyIssuer).includes(iss))
    throw refused("issuer_wrong");
  assertAudience(claims, rules.clientIds);
  if (!isNumericDate(exp) || exp <= now) throw refused("id_token_expired");
  if (!isNumericDate(iat) || iat > now + clockSkewSeconds) throw refused("id_token_of_the_future");
  if (nbf !== undefined && !(isNumericDate(nbf) && nbf <= now + clockSkewSeconds))
    throw refused("id_token_of_the_future");
  if (typeof nonce !== "string" || !rules.nonces.some((each) => equalInConstantTime(each, nonce)))
    throw refused("nonce_wrong");
  assertAccessToken(claims, algorithm, rules.accessToken);
  if (typeof sub !== "string" || !subjectForm.test(sub)) throw refused("subject_invalid");
  return { issuer: iss, subject: sub, claims };
}

interface Signed {
  readonly algorithm: string;
  readonly claims: Claims;
  readonly keyIssuer: string | null;
}

async function verifySignature(token: string, rules: ForeignTokenRules): Promise<Signed> {
  const algorithms = rules.algorithms.filter((name) => digests.has(name));
  let keyIssuer: string | null = null;
  try {
    const { payload, protectedHeader } = await compactVerify(
      token,
      async (header) => {
        const found = await rules.keys.find(header);
        if (found === null) throw refused("key_unknown");
        keyIssuer = found.issuer;
        return found.key;
      },
      { algorithms },
    );
    assertType(protectedHeader.typ);
    return { algorithm: protectedHeader.alg, claims: parseClaims(payload), keyIssuer };
  } catch (error) {
    throw asForeignTokenError(error);
  }
}

/** Tokens of another type, such as `at+jwt` and `logout+jwt`, are no ID tokens (RFC 8725 §3.12). */
function assertType(type: unknown): void {
  if (type === undefined || (typeof type === "string" && type.toUpperCase() === "JWT")) return;
  throw refused("id_token_of_another_type");
}

function parseClaims(payload: Uint8Array): Claims {
  try {
    const claims: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
    if (isObject(claims)) return claims;
  } catch {
    // The cause is dropped: its message quotes the claims.
  }
  throw refused("id_token_malformed");
}

/** OpenID Connect Core §3.1.3.7, steps 3 to 5. */
function assertAudience({ aud, azp }: Claims, clientIds: readonly string[]): void {
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  const isOurs = (id: unknown): boolean => typeof id === "string" && clientIds.includes(id);
  if (!audiences.some(isOurs)) throw refused("audience_wrong");
  if ((azp !== undefined || audiences.length > 1) && !isOurs(azp)) throw refused("audience_wrong");
}

/** OpenID Connect Core §3.1.3.6: the left half of the access token's digest. */
function assertAccessToken(claims: Claims, algorithm: string, accessToken: string | null): void {
  const expected = claims["at_hash"];
  const digest = digests.get(algorithm);
  if (expected === undefined || accessToken === null || digest === undefined) return;
  const whole = hash(digest, accessToken, "buffer");
  const half = whole.subarray(0, whole.length / 2).toString("base64url");
  if (typeof expected !== "string" || !equalInConstantTime(half, expected))
    throw refused("access_token_of_another");
}

const reasons: ReadonlyMap<string, string> = new Map([
  ["ERR_JOSE_ALG_NOT_ALLOWED", "algorithm_refused"],
  ["ERR_JWS_SIGNATURE_VERIFICATION_FAILED", "signature_wrong"],
]);

function asForeignTokenError(error: unknown): unknown {
  if (error instanceof NoJsonError) {
    return new ForeignTokenError("unavailable", `keys_${error.fault}`, error);
  }
  if (error instanceof InvalidKeySetError) {
    return new ForeignTokenError("unavailable", "keys_invalid", error);
  }
  if (error instanceof errors.JOSEError) {
    return refused(reasons.get(error.code) ?? "id_token_malformed");
  }
  return error;
}

function refused(reason: string): ForeignTokenError {
  return new ForeignTokenError("refused", reason);
}

function isNumericDate(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= lastSecond;
}

function isObject(value: unknown): value is Claims {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
