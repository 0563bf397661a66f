import { scrypt, timingSafeEqual } from "node:crypto";

import { bytesOfBase64 } from "./encodings.ts";
import {
  asTyped,
  type ImportedHash,
  mostBytes,
  type PasswordForm,
  tooExpensive,
} from "./hash-reader.ts";
import { withMemoryPermit } from "./memory-semaphore.ts";

/** The formats of Werkzeug, Django and passlib, in this order. The salt of the first two is not encoded. */
const formats: readonly Format[] = [
  {
    pattern:
      /^scrypt:(?<n>\d{1,8}):(?<r>\d{1,3}):(?<p>\d{1,3})\$(?<salt>[!-#%-~]+)\$(?<key>(?:[0-9a-f]{2})+)$/,
    saltOf: Buffer.from,
    keyOf: (hex) => Buffer.from(hex, "hex"),
  },
  {
    pattern:
      /^scrypt\$(?<n>\d{1,8})\$(?<salt>[!-#%-~]+)\$(?<r>\d{1,3})\$(?<p>\d{1,3})\$(?<key>[A-Za-z0-9+/]+={0,2})$/,
    saltOf: Buffer.from,
    keyOf: bytesOfBase64,
  },
  {
    pattern:
      /^\$scrypt\$ln=(?<ln>\d{1,2}),r=(?<r>\d{1,3}),p=(?<p>\d{1,3})\$(?<salt>[A-Za-z0-9+/]+)\$(?<key>[A-Za-z0-9+/]+)$/,
    saltOf: bytesOfBase64,
    keyOf: bytesOfBase64,
  },
];

interface Format {
  /** `n` or its binary logarithm `ln`, and the other parameters as RFC 7914 names them. */
  readonly pattern: RegExp;
  readonly saltOf: (text: string) => Buffer | null;
  readonly keyOf: (text: string) => Buffer | null;
}

/** The most blocks (N·r·p) that one comparison mixes, in about a second. */
const mostBlocks = 2 ** 22;
const keyBytes = [16, 64] as const;

/** Reads scrypt hashes (RFC 7914). */
export function readScrypt(text: string): ImportedHash | typeof tooExpensive | null {
  for (const { pattern, saltOf, keyOf } of formats) {
    const groups = pattern.exec(text)?.groups;
    if (!groups) continue;
    const { n, ln, r, p, salt: saltText = "", key: keyText = "" } = groups;
    const costs = { N: n === undefined ? 2 ** Number(ln) : Number(n), r: Number(r), p: Number(p) };
    const [salt, key] = [saltOf(saltText), keyOf(keyText)];
    if (!salt || !key || !hasLength(key) || !areSound(costs)) return null;
    if (128 * costs.N * costs.r > mostBytes || costs.N * costs.r * costs.p > mostBlocks) {
      return tooExpensive;
    }
    return {
      stored: text,
      effort: { kind: `scrypt:${costs.N}:${costs.r}:${costs.p}`, bcryptCost: null },
      formsOf: asTyped,
      matches: (form) =>
        withMemoryPermit(async () =>
          timingSafeEqual(await derive(form, salt, key.length, costs), key),
        ),
    };
  }
  return null;
}

interface Costs {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

function hasLength(key: Buffer): boolean {
  return key.length >= keyBytes[0] && key.length <= keyBytes[1];
}

function areSound({ N, r, p }: Costs): boolean {
  return N > 1 && Number.isInteger(Math.log2(N)) && r > 0 && p > 0;
}

function derive(form: PasswordForm, salt: Buffer, length: number, costs: Costs): Promise<Buffer> {
  // The memory that is needed and a margin: the library refuses to use more than its limit.
  const maxmem = 128 * costs.r * (costs.N + costs.p + 2) + 2 ** 20;
  return new Promise((resolve, reject) => {
    scrypt(form, salt, length, { ...costs, maxmem }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
