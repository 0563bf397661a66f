import { readArgon2 } from "./argon2.ts";
import { readBcrypt } from "./bcrypt-of-others.ts";
import { readFirebaseScrypt } from "./firebase-scrypt.ts";
import { type ImportedHash, type ReadHash, tooExpensive } from "./hash-reader.ts";
import { readPbkdf2 } from "./pbkdf2.ts";
import { readScrypt } from "./scrypt.ts";

const readers: readonly ReadHash[] = [
  readBcrypt,
  readArgon2,
  readPbkdf2,
  readScrypt,
  readFirebaseScrypt,
];

const longestHash = 512;

/** The imported hash in a stored string, or null for any other string. */
export function parseImportedHash(text: string): ImportedHash | null {
  const found = readHash(text);
  return found === tooExpensive ? null : found;
}

/**
 * Validates a hash for import: the form in which to store it, or an issue that does not repeat it. The known formats are
 * bcrypt, Argon2, scrypt and PBKDF2 as passlib, Django and Werkzeug write them, and Firebase's scrypt as Supabase writes it.
 */
export function validateImportedHash(text: string): { stored: string } | { issue: string } {
  const found = readHash(text);
  if (found === null) return { issue: "Must be a hash in a known format." };
  if (found === tooExpensive) return { issue: "Must take less time and memory to verify." };
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
