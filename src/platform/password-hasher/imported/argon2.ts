import { bytesOfBase64 } from "./encodings.ts";
import { asTyped, type ImportedHash, mostBytes, tooExpensive } from "./hash-reader.ts";
import { withMemoryPermit } from "./memory-semaphore.ts";

/** The PHC form of version 19. Django adds a prefix. */
const format =
  /^(?:argon2)?(\$argon2(id|i|d)\$v=19\$m=(\d{1,9}),t=(\d{1,9}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86}))$/;

/** The most memory that one comparison writes, in all passes: about a second. */
const mostBytesWritten = 2 ** 30;

/** Reads hashes of all three variants of Argon2 (RFC 9106). */
export function readArgon2(text: string): ImportedHash | typeof tooExpensive | null {
  const [, hash, variant, ...given] = format.exec(text) ?? [];
  if (hash === undefined) return null;
  const [memoryKibibytes = 0, passes = 0, lanes = 0] = given.slice(0, 3).map(Number);
  const isEncoded = given.slice(3).every((part) => bytesOfBase64(part) !== null);
  if (!isEncoded || passes < 1 || lanes < 1 || memoryKibibytes < 8 * lanes) return null;
  const bytes = memoryKibibytes * 1024;
  if (bytes > mostBytes || bytes * passes > mostBytesWritten) return tooExpensive;
  return {
    stored: text,
    effort: { kind: `argon2${variant}:${memoryKibibytes}:${passes}:${lanes}`, bcryptCost: null },
    formsOf: asTyped,
    matches: (form) => withMemoryPermit(() => Bun.password.verify(form, hash)),
  };
}
