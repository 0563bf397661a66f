import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";

import { createKeyedHash, type KeyedHash } from "../../kernel/bytes.ts";
import type { Random } from "../../kernel/random.ts";
import type { Secrets } from "./port.ts";

const nonceBytes = 12;
const tagBytes = 16;

/**
 * Sealing (AES-256-GCM, NIST SP 800-38D) and keyed digests under keys derived from the given root secrets.
 * `previous` are earlier roots: they only open and compare.
 */
export function createSecrets(
  roots: { current: string; previous: readonly string[] },
  random: Random,
): Secrets {
  const all = [roots.current, ...roots.previous];
  const sealingKeys = all.map((root) => deriveKey(root, "seal"));
  const hashes = new Map<string, readonly KeyedHash[]>();

  function hashesFor(purpose: string): readonly KeyedHash[] {
    const known = hashes.get(purpose);
    if (known) return known;
    const made = all.map((root) => createKeyedHash(deriveKey(root, `digest:${purpose}`)));
    hashes.set(purpose, made);
    return made;
  }

  function digests(purpose: string, message: string): readonly string[] {
    return hashesFor(purpose).map((hashOf) => hashOf(message));
  }

  return {
    seal(text) {
      const [key] = sealingKeys;
      if (!key) throw new Error("no sealing key");
      const nonce = random.bytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", key, nonce);
      const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64url");
    },
    open(sealed) {
      for (const key of sealingKeys) {
        const text = openWith(key, sealed);
        if (text !== null) return text;
      }
      return null;
    },
    isCurrent(sealed) {
      const [key] = sealingKeys;
      return key !== undefined && openWith(key, sealed) !== null;
    },
    digest(purpose, message) {
      const [hashOf] = hashesFor(purpose);
      if (!hashOf) throw new Error("no digest key");
      return hashOf(message);
    },
    digests,
  };
}

function openWith(key: Buffer, sealed: string): string | null {
  const bytes = Buffer.from(sealed, "base64url");
  if (bytes.length < nonceBytes + tagBytes) return null;
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, nonceBytes));
  decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
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
