import { type KeyObject, sign, verify } from "node:crypto";

import { equalInConstantTime } from "../../kernel/bytes.ts";
import { createKeyedHash, type KeyedHash } from "../../kernel/keyed-hash.ts";
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
  readonly signature: string;
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
  return `${signedPart}.${signatureOf(signedPart, header.alg, key)}`;
}

/** The parts of a compact JWS, or null for what is none. */
export function parseCompact(token: string): ParsedJws | null {
  const [header, payload, signature, ...rest] = token.split(".");
  if (!header || !payload || !signature || rest.length > 0) return null;
  if (![header, payload, signature].every((text) => part.test(text))) return null;
  const members = decodeObject(header);
  return members && { header: members, signedPart: `${header}.${payload}`, payload, signature };
}

/** The claims of a JWS whose signature the key made with its algorithm, or null. */
export function verifyCompact(jws: ParsedJws, algorithm: Algorithm, key: KeyObject): Claims | null {
  return isSignedBy(jws, algorithm, key) ? decodeObject(jws.payload) : null;
}

function isSignedBy(jws: ParsedJws, algorithm: Algorithm, key: KeyObject): boolean {
  if (algorithm === "HS256") {
    return equalInConstantTime(keyedHashOf(key)(jws.signedPart), jws.signature);
  }
  const signature = Buffer.from(jws.signature, "base64url");
  // One signature has one spelling.
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

/** EdDSA hashes by itself (RFC 8032). */
function digestOf(algorithm: Algorithm): string | null {
  return algorithm === "EdDSA" ? null : "sha256";
}

/** JWS has the two numbers of an ECDSA signature side by side (RFC 7518 §3.4); other keys do not look at it. */
function formOf(key: KeyObject) {
  return { key, dsaEncoding: "ieee-p1363" as const };
}

/** For what is encoded or decoded at the moment: a buffer of its own for each would cost more than the rest. */
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
