import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import { getTableName } from "drizzle-orm";

import { createKeyedHash, type KeyedHash, sha256 } from "../../kernel/bytes.ts";
import type { Random } from "../../kernel/random.ts";
import type { SealedPlace, Secrets } from "./port.ts";

const nonceBytes = 12;
const tagBytes = 16;

/** A sealed string: the id of its key, and nonce, tag and ciphertext. */
const sealedForm = /^[\w-]{8}\.[\w-]+$/;

/** A key that seals, and the beginning of what it sealed. */
interface SealingKey {
  readonly prefix: string;
  readonly bytes: Buffer;
}

/**
 * Sealing (AES-256-GCM, NIST SP 800-38D) and keyed digests under keys derived from the given root secrets.
 * `previous` are earlier roots: they only open and compare.
 */
export function createSecrets(
  roots: { current: string; previous: readonly string[] },
  random: Random,
): Secrets {
  const all = [roots.current, ...roots.previous];
  const current = sealingKeyOf(roots.current);
  const sealingKeys = [current, ...roots.previous.map(sealingKeyOf)];
  const hashes = new Map<string, readonly KeyedHash[]>();

  function hashesFor(purpose: string): readonly KeyedHash[] {
    const known = hashes.get(purpose);
    if (known) return known;
    const made = all.map((root) => createKeyedHash(deriveKey(root, `digest:${purpose}`)));
    hashes.set(purpose, made);
    return made;
  }

  function seal(text: string, place: SealedPlace): string {
    const nonce = random.bytes(nonceBytes);
    const cipher = createCipheriv("aes-256-gcm", current.bytes, nonce);
    cipher.setAAD(associatedData(place));
    const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
    const bytes = Buffer.concat([nonce, cipher.getAuthTag(), body]);
    return `${current.prefix}${bytes.toString("base64url")}`;
  }

  function findKey(sealed: string): SealingKey | undefined {
    return sealingKeys.find(({ prefix }) => sealed.startsWith(prefix));
  }

  function open(sealed: string, place: SealedPlace): string | null {
    const key = findKey(sealed);
    if (!key) return null;
    return decrypt(key, sealed.slice(key.prefix.length), associatedData(place));
  }

  function openWithoutPlace(sealed: string): string | null {
    const texts = sealingKeys.map((key) => decrypt(key, sealed, null));
    return texts.find((text) => text !== null) ?? null;
  }

  return {
    seal,
    open,
    needsAnotherKey: (sealed) => sealedForm.test(sealed) && findKey(sealed) === undefined,
    currentPrefix: current.prefix,
    reseal(sealed, place) {
      const text = sealed.includes(".") ? open(sealed, place) : openWithoutPlace(sealed);
      return text === null ? null : seal(text, place);
    },
    digest(purpose, message) {
      const [hashOf] = hashesFor(purpose);
      if (!hashOf) throw new Error("no digest key");
      return hashOf(message);
    },
    digests: (purpose, message) => hashesFor(purpose).map((hashOf) => hashOf(message)),
  };
}

/** The prefix is derived from the key: it is the same on every replica and does not reveal the key. */
function sealingKeyOf(root: string): SealingKey {
  const id = sha256(deriveKey(root, "seal-id").toString("base64url")).slice(0, 8);
  return { prefix: `${id}.`, bytes: deriveKey(root, "seal") };
}

function associatedData({ column, row }: SealedPlace): Buffer {
  return Buffer.from(JSON.stringify([getTableName(column.table), column.name, row]));
}

function decrypt(key: SealingKey, encoded: string, associated: Buffer | null): string | null {
  const bytes = Buffer.from(encoded, "base64url");
  if (bytes.length < nonceBytes + tagBytes) return null;
  const decipher = createDecipheriv("aes-256-gcm", key.bytes, bytes.subarray(0, nonceBytes));
  decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
  if (associated !== null) decipher.setAAD(associated);
  try {
    const body = decipher.update(bytes.subarray(nonceBytes + tagBytes));
    return Buffer.concat([body, decipher.final()]).toString("utf8");
  } catch {
    return null;
  }
}

/** A 256-bit key for one purpose, derived from a root secret (HKDF-SHA-256, RFC 5869). Each purpose has its own key. */
export function deriveKey(rootSecret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", rootSecret, "", `gatehouse:${purpose}`, 32));
}
