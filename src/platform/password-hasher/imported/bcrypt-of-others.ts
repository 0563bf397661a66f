import { createHash } from "node:crypto";

import { bcryptBytes, bcryptCostOf, highestCost } from "../bcrypt.ts";
import { bcryptEffort } from "../effort.ts";
import { asTyped, type ImportedHash, type PasswordForm, tooDear } from "./hash-reader.ts";

/** Plain, or behind the name that Django puts before it; `bcrypt_sha256` is bcrypt of the SHA-256 in hexadecimal. */
const format =
  /^(?:(bcrypt|bcrypt_sha256)\$)?(\$2[aby]\$\d\d\$)([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/;

const alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/**
 * Reads bcrypt hashes. They are stored behind a name, which tells them from our own: theirs know the first 72 bytes of a
 * password and no more, ours know all of it.
 */
export function readBcrypt(text: string): ImportedHash | typeof tooDear | null {
  const [, name = "bcrypt", head = "", salt = "", digest = ""] = format.exec(text) ?? [];
  const hash = `${head}${withoutSpareBits(salt, 0x30)}${withoutSpareBits(digest, 0x3c)}`;
  const cost = bcryptCostOf(hash);
  if (cost === null) return null;
  if (cost > highestCost) return tooDear;
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

/** What bcrypt may have hashed: the whole password, as we do, or the first bytes of what was typed. */
export function formsOfBcrypt(password: string, typed: string): readonly PasswordForm[] {
  const bytes = Buffer.from(typed);
  return typed === password && bytes.length <= bcryptBytes
    ? [password]
    : [password, bytes.subarray(0, bcryptBytes)];
}

/** The hash as others read it, without the name under which it is stored. */
export function plainBcrypt(stored: string): string {
  return stored.replace(/^bcrypt\$(?=\$2)/, "");
}

/** The last character holds more bits than there are; old libraries set them at random, and ours wants them to be 0. */
function withoutSpareBits(text: string, mask: number): string {
  return text.slice(0, -1) + alphabet.charAt(alphabet.indexOf(text.slice(-1)) & mask);
}
