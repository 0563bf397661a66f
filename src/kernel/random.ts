import { randomInt } from "node:crypto";

import { toBase64Url } from "./bytes.ts";

/** The only source of randomness. All of it is cryptographically secure. */
export interface Random {
  /** A new UUIDv7 (RFC 9562 §5.7) of the given timestamp. */
  id(timestamp: Date): string;
  /** `length` random bytes. */
  bytes(length: number): Uint8Array;
  /** `bits` random bits, base64url without padding. */
  token(bits: number): string;
  /** A whole number from 0 to `limit` − 1. */
  below(limit: number): number;
  /** `length` decimal digits, each uniformly drawn. */
  digits(length: number): string;
}

/** The operating system's random number generator. */
export const systemRandom: Random = {
  id: (timestamp) => Bun.randomUUIDv7("hex", timestamp),
  bytes: randomBytes,
  token: (bits) => toBase64Url(randomBytes(Math.ceil(bits / 8))),
  below: (limit) => randomInt(limit),
  digits: (length) => Array.from({ length }, () => randomInt(10)).join(""),
};

function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}
