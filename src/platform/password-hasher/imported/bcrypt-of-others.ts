import { createHash } from "node:crypto";

import { bcryptBytes, bcryptCostOf, highestCost } from "../bcrypt.ts";
import { bcryptEffort } from "../effort.ts";
import { asTyped, type ImportedHash, type PasswordForm, tooExpensive } from "./hash-reader.ts";

/** Plain, or with the prefix that Django adds. `bcrypt_sha256` is bcrypt of the SHA-256 in hexadecimal. */
const format =
  /^(?:(bcrypt|bcrypt_sha256)\$)?(\$2[aby]\$\d\d\$)([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/;

const alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/**
 * Reads bcrypt hashes of other services. They are stored with a prefix, which distinguishes them from hashes of this service:
 * imported ones cover only the first 72 bytes of a password, those of this service cover all of it.
 */
export function readBcrypt(text: string): ImportedHash | typeof tooExpensive | null {
  const [, name = "bcrypt", head = "", salt = "", digest = ""] = format.exec(text) ?? [];
  const hash = `${head}${withoutSpareBits(salt, 0x30)}${withoutSpareBits(digest, 0x3c)}`;
  const cost = bcryptCostOf(hash);
  if (cost === null) return null;
  if (cost > highestCost) return tooExpensive;
  const isOfDigest = name === "bcrypt_sha256";
  return {
    stored: `${name}$${hash}`,
    effort: bcryptEffort(cost),
    formsOf: isOfDigest ? asTyped : formsOfBcrypt,
    matches: (form) =>
      Bun.password.verify(
        isOfDigest ? createHash("sha256").update(form).digest("hex") : form,
        hash,
      ),
  };
}

/** The forms that may have been hashed: the whole normalised password, or the first bytes of the typed one. */
export function formsOfBcrypt(password: string, typed: string): readonly PasswordForm[] {
  const bytes = Buffer.from(typed);
  return typed === password && bytes.length <= bcryptBytes
    ? [password]
    : [password, bytes.subarray(0, bcryptBytes)];
}

/** The hash without the prefix with which it is stored, as other software reads it. */
export function plainBcrypt(stored: string): string {
  return stored.replace(/^bcrypt\$(?=\$2)/, "");
}

/** Clears the unused bits of the last character. Old libraries set them at random; Bun refuses them unless they are 0. */
function withoutSpareBits(text: string, mask: number): string {
  return text.slice(0, -1) + alphabet.charAt(alphabet.indexOf(text.slice(-1)) & mask);
}
