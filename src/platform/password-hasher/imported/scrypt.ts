import { timingSafeEqual } from "node:crypto";

import { bytesOfBase64 } from "./encodings.ts";
import { asTyped, type ImportedHash, tooExpensive } from "./hash-reader.ts";
import { withMemoryPermit } from "./memory-semaphore.ts";
import { areSound, areTooHigh, deriveByScrypt } from "./scrypt-costs.ts";

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
    if (areTooHigh(costs)) return tooExpensive;
    return {
      stored: text,
      effort: { kind: `scrypt:${costs.N}:${costs.r}:${costs.p}`, bcryptCost: null },
      formsOf: asTyped,
      matches: (form) =>
        withMemoryPermit(async () =>
          timingSafeEqual(await deriveByScrypt(form, salt, key.length, costs), key),
        ),
    };
  }
  return null;
}

function hasLength(key: Buffer): boolean {
  return key.length >= keyBytes[0] && key.length <= keyBytes[1];
}
