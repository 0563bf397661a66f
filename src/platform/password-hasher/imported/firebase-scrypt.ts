import { createCipheriv, timingSafeEqual } from "node:crypto";

import { bytesOfBase64 } from "./encodings.ts";
import { asTyped, type ImportedHash, tooExpensive } from "./hash-reader.ts";
import { withMemoryPermit } from "./memory-semaphore.ts";
import { areSound, areTooHigh, deriveByScrypt, type ScryptCosts } from "./scrypt-costs.ts";

/** As Supabase writes it: binary logarithm of N, salt separator and signer key of the project, salt, hash. */
const format =
  /^\$fbscrypt\$v=1,n=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3}),ss=([A-Za-z0-9+/]*={0,2}),sk=([A-Za-z0-9+/]+={0,2})\$([A-Za-z0-9+/]+={0,2})\$([A-Za-z0-9+/]+={0,2})$/;

const keyBytes = 32;
/** Each hash is encrypted under a key of its own. */
const initialCounter = Buffer.alloc(16);

/**
 * Reads hashes of Firebase Authentication (github.com/firebase/scrypt): the signer key of the project, encrypted with AES-256-CTR
 * under a key that scrypt derives from the password.
 */
export function readFirebaseScrypt(text: string): ImportedHash | typeof tooExpensive | null {
  const [matched, ln, r, p, ...encoded] = format.exec(text) ?? [];
  if (matched === undefined) return null;
  const costs: ScryptCosts = { N: 2 ** Number(ln), r: Number(r), p: Number(p) };
  const [separator, signerKey, salt, hash] = encoded.map(bytesOfBase64);
  if (!separator || !signerKey || !salt || !hash || !areSound(costs)) return null;
  if (hash.length !== signerKey.length) return null;
  if (areTooHigh(costs)) return tooExpensive;
  const wholeSalt = Buffer.concat([salt, separator]);
  return {
    stored: text,
    effort: { kind: `fbscrypt:${costs.N}:${costs.r}:${costs.p}`, bcryptCost: null },
    formsOf: asTyped,
    matches: (form) =>
      withMemoryPermit(async () => {
        const key = await deriveByScrypt(form, wholeSalt, keyBytes, costs);
        const cipher = createCipheriv("aes-256-ctr", key, initialCounter);
        return timingSafeEqual(Buffer.concat([cipher.update(signerKey), cipher.final()]), hash);
      }),
  };
}
