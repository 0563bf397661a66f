import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";

import type { Random } from "../../kernel/random.ts";
import { deriveKey } from "./derive-key.ts";
import type { Secrets } from "./port.ts";

const nonceBytes = 12;
const tagBytes = 16;

/**
 * Sealing (AES-256-GCM, NIST SP 800-38D) and keyed digests under keys drawn from the given root secrets.
 * `previous` are roots that were in use before: they open and compare, and never seal.
 */
export function createSecrets(
  roots: { current: string; previous: readonly string[] },
  random: Random,
): Secrets {
  const all = [roots.current, ...roots.previous];
  const sealingKeys = all.map((root) => deriveKey(root, "seal"));
  const digestKeys = new Map<string, readonly Buffer[]>();

  function keysFor(purpose: string): readonly Buffer[] {
    const known = digestKeys.get(purpose);
    if (known) return known;
    const keys = all.map((root) => deriveKey(root, `digest:${purpose}`));
    digestKeys.set(purpose, keys);
    return keys;
  }

  function digests(purpose: string, message: string): readonly string[] {
    return keysFor(purpose).map((key) =>
      createHmac("sha256", key).update(message).digest("base64url"),
    );
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
      const [digest] = digests(purpose, message);
      if (digest === undefined) throw new Error("no digest key");
      return digest;
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
