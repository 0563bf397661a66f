import { type KeyObject, sign, verify } from "node:crypto";

import { createKeyedHash, equalInConstantTime, type KeyedHash } from "../../kernel/bytes.ts";
import type { Algorithm, Claims } from "./port.ts";

/** The members of a protected header that are read (RFC 7515 §4.1). They come from the sender and are not verified. */
export interface JwsHeader {
  readonly alg?: unknown;
  readonly typ?: unknown;
  readonly kid?: unknown;
  readonly crit?: unknown;
}

/** The parts of a compact JWS, not verified. */
export interface ParsedJws {
  readonly header: JwsHeader;
  readonly signedPart: string;
  readonly payload: string;
  readonly signature: string;
}

const part = /^[A-Za-z0-9_-]+$/;

/**
 * Signs claims (RFC 7515 §7.1) in the main thread, in microseconds. WebCrypto would use the thread pool, where requests would
 * wait behind password hashing under a flood of sign-ins.
 */
export function signCompact(
  header: { alg: Algorithm; typ: string; kid: string },
  claims: Claims,
  key: KeyObject,
): string {
  const signedPart = `${encode(header)}.${encode(claims)}`;
  return `${signedPart}.${signatureOf(signedPart, header.alg, key)}`;
}

/** The parts of a compact JWS, or null for any other string. */
export function parseCompact(token: string): ParsedJws | null {
  const [header, payload, signature, ...rest] = token.split(".");
  if (!header || !payload || !signature || rest.length > 0) return null;
  if (![header, payload, signature].every((text) => part.test(text))) return null;
  const members = decodeObject(header);
  return members && { header: members, signedPart: `${header}.${payload}`, payload, signature };
}

/** The claims of a JWS if its signature is of this key and algorithm, or null. */
export function verifyCompact(jws: ParsedJws, algorithm: Algorithm, key: KeyObject): Claims | null {
  return isSignedBy(jws, algorithm, key) ? decodeObject(jws.payload) : null;
}

function isSignedBy(jws: ParsedJws, algorithm: Algorithm, key: KeyObject): boolean {
  if (algorithm === "HS256") {
    return equalInConstantTime(keyedHashOf(key)(jws.signedPart), jws.signature);
  }
  const signature = Buffer.from(jws.signature, "base64url");
  // Only one base64url form of a signature is valid.
  if (signature.toString("base64url") !== jws.signature) return false;
  return verify(digestOf(algorithm), Buffer.from(jws.signedPart), formOf(key), signature);
}

function signatureOf(signedPart: string, algorithm: Algorithm, key: KeyObject): string {
  if (algorithm === "HS256") return keyedHashOf(key)(signedPart);
  return sign(digestOf(algorithm), Buffer.from(signedPart), formOf(key)).toString("base64url");
}

const keyedHashes = new WeakMap<KeyObject, KeyedHash>();

function keyedHashOf(key: KeyObject): KeyedHash {
  const known = keyedHashes.get(key);
  if (known) return known;
  const made = createKeyedHash(key.export());
  keyedHashes.set(key, made);
  return made;
}

/** The digest that is passed to sign and verify. EdDSA has its own (RFC 8032). */
function digestOf(algorithm: Algorithm): string | null {
  return algorithm === "EdDSA" ? null : "sha256";
}

/** JWS concatenates the two numbers of an ECDSA signature (RFC 7518 §3.4). Other keys ignore the option. */
function formOf(key: KeyObject) {
  return { key, dsaEncoding: "ieee-p1363" as const };
}

/** Reused for each encoding and decoding: allocating a buffer each time would cost more than all other steps. */
const scratch = Buffer.allocUnsafeSlow(16_384);

function encode(value: object): string {
  const text = JSON.stringify(value);
  if (text.length * 3 > scratch.length) return Buffer.from(text).toString("base64url");
  return scratch.toString("base64url", 0, scratch.write(text));
}

function decodeObject(text: string): Claims | null {
  try {
    const value: unknown = JSON.parse(decode(text));
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function decode(text: string): string {
  if (text.length > scratch.length) return Buffer.from(text, "base64url").toString("utf8");
  return scratch.toString("utf8", 0, scratch.write(text, "base64url"));
}

function isObject(value: unknown): value is Claims {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
