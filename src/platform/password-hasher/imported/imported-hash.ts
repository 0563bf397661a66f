import { readArgon2 } from "./argon2.ts";
import { readBcrypt } from "./bcrypt-of-others.ts";
import { type ImportedHash, type ReadHash, tooDear } from "./hash-reader.ts";
import { readPbkdf2 } from "./pbkdf2.ts";
import { readScrypt } from "./scrypt.ts";

const readers: readonly ReadHash[] = [readBcrypt, readArgon2, readPbkdf2, readScrypt];

const longestHash = 512;

/** What was stored by an import, or null for anything else. */
export function parseImportedHash(text: string): ImportedHash | null {
  const found = readHash(text);
  return found === tooDear ? null : found;
}

/**
 * What is to be stored of a hash that somebody wants to import, or what is wrong with it, without repeating it. Known are
 * bcrypt, argon2id, scrypt and PBKDF2 as passlib, Django and Werkzeug write them.
 */
export function judgeImportedHash(text: string): { stored: string } | { issue: string } {
  const found = readHash(text);
  if (found === null) return { issue: "Has no format that is known here." };
  if (found === tooDear) return { issue: "Takes too much time or memory to compare with." };
  return { stored: found.stored };
}

function readHash(text: string): ReturnType<ReadHash> {
  if (text.length > longestHash) return null;
  for (const read of readers) {
    const found = read(text);
    if (found !== null) return found;
  }
  return null;
}
