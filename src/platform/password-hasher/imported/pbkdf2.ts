import { pbkdf2, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

import { bytesOfBase64, bytesOfPasslib } from "./encodings.ts";
import { asTyped, type ImportedHash, tooExpensive } from "./hash-reader.ts";

/** The formats of Django, Werkzeug and passlib, in this order. The salt of the first two is not encoded. */
const formats: readonly Format[] = [
  {
    pattern: /^pbkdf2_(sha1|sha256)\$(\d{1,9})\$([!-#%-~]+)\$([A-Za-z0-9+/]+={0,2})$/,
    saltOf: Buffer.from,
    keyOf: bytesOfBase64,
  },
  {
    pattern: /^pbkdf2:(sha1|sha256|sha512):(\d{1,9})\$([!-#%-~]+)\$((?:[0-9a-f]{2})+)$/,
    saltOf: Buffer.from,
    keyOf: (hex) => Buffer.from(hex, "hex"),
  },
  {
    pattern: /^\$pbkdf2(|-sha256|-sha512)\$(\d{1,9})\$([A-Za-z0-9./]+)\$([A-Za-z0-9./]+)$/,
    saltOf: bytesOfPasslib,
    keyOf: bytesOfPasslib,
  },
];

interface Format {
  /** Digest, iterations, salt and key. */
  readonly pattern: RegExp;
  readonly saltOf: (text: string) => Buffer | null;
  readonly keyOf: (text: string) => Buffer | null;
}

/** The length of each digest, which is also that of the key, and the iterations that take about a second. */
const digests = new Map([
  ["sha1", { bytes: 20, mostIterations: 5_000_000 }],
  ["sha256", { bytes: 32, mostIterations: 5_000_000 }],
  ["sha512", { bytes: 64, mostIterations: 2_000_000 }],
]);

const derive = promisify(pbkdf2);

/** Reads PBKDF2 hashes (RFC 8018 §5.2). */
export function readPbkdf2(text: string): ImportedHash | typeof tooExpensive | null {
  for (const { pattern, saltOf, keyOf } of formats) {
    const [matched, digestName = "", count, saltText = "", keyText = ""] = pattern.exec(text) ?? [];
    if (matched === undefined) continue;
    const name = digestName.replace("-", "") || "sha1";
    const digest = digests.get(name);
    const [salt, key, iterations] = [saltOf(saltText), keyOf(keyText), Number(count)];
    if (!digest || !salt || key?.length !== digest.bytes || iterations < 1) return null;
    if (iterations > digest.mostIterations) return tooExpensive;
    return {
      stored: text,
      effort: { kind: `pbkdf2:${name}:${iterations}`, bcryptCost: null },
      formsOf: asTyped,
      matches: async (form) =>
        timingSafeEqual(await derive(form, salt, iterations, key.length, name), key),
    };
  }
  return null;
}
