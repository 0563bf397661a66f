import { createHmac, type KeyObject, sign, timingSafeEqual, verify } from "node:crypto";

import type { Algorithm, Claims } from "./port.ts";

/** The members of a protected header that we look at (RFC 7515 §4.1); what they hold is the sender's word. */
export interface JwsHeader {
  readonly alg?: unknown;
  readonly typ?: unknown;
  readonly kid?: unknown;
  readonly crit?: unknown;
}

/** A compact JWS taken apart; nothing of it is verified yet. */
export interface ParsedJws {
  readonly header: JwsHeader;
  readonly signedPart: string;
  readonly payload: string;
  readonly signature: Buffer;
}

const part = /^[A-Za-z0-9_-]+$/;

/**
 * Signs claims (RFC 7515 §7.1). In this thread, in microseconds: the thread pool, where WebCrypto does the same, is full of
 * password hashing while logins flood, and every request would wait behind it.
 */
export function signCompact(
  header: { alg: Algorithm; typ: string; kid: string },
  claims: Claims,
  key: KeyObject,
): string {
  const signedPart = `${encode(header)}.${encode(claims)}`;
  return `${signedPart}.${signatureOf(signedPart, header.alg, key).toString("base64url")}`;
}

/** The parts of a compact JWS, or null for what is none. */
export function parseCompact(token: string): ParsedJws | null {
  const [header, payload, signature, ...rest] = token.split(".");
  if (!header || !payload || !signature || rest.length > 0) return null;
  if (![header, payload, signature].every((text) => part.test(text))) return null;
  const members = decodeObject(header);
  const bytes = Buffer.from(signature, "base64url");
  // One signature has one spelling.
  if (members === null || bytes.toString("base64url") !== signature) return null;
  return { header: members, signedPart: `${header}.${payload}`, payload, signature: bytes };
}

/** The claims of a JWS whose signature the key made with its algorithm, or null. */
export function verifyCompact(jws: ParsedJws, algorithm: Algorithm, key: KeyObject): Claims | null {
  return isSignedBy(jws, algorithm, key) ? decodeObject(jws.payload) : null;
}

function isSignedBy(jws: ParsedJws, algorithm: Algorithm, key: KeyObject): boolean {
  if (algorithm === "HS256") {
    const expected = signatureOf(jws.signedPart, algorithm, key);
    return expected.length === jws.signature.length && timingSafeEqual(expected, jws.signature);
  }
  return verify(digestOf(algorithm), Buffer.from(jws.signedPart), formOf(key), jws.signature);
}

function signatureOf(signedPart: string, algorithm: Algorithm, key: KeyObject): Buffer {
  return algorithm === "HS256"
    ? createHmac("sha256", key).update(signedPart).digest()
    : sign(digestOf(algorithm), Buffer.from(signedPart), formOf(key));
}

/** EdDSA hashes by itself (RFC 8032). */
function digestOf(algorithm: Algorithm): string | null {
  return algorithm === "EdDSA" ? null : "sha256";
}

/** JWS has the two numbers of an ECDSA signature side by side (RFC 7518 §3.4); other keys do not look at it. */
function formOf(key: KeyObject) {
  return { key, dsaEncoding: "ieee-p1363" as const };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function decodeObject(text: string): Claims | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Claims {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
