import { currentKey } from "../../platform/jwt/key-ring.ts";
import type { StoredKey } from "../../platform/jwt/port.ts";
import { UnusableKeyError } from "../../platform/jwt/key-pair.ts";
import type { Context } from "../../platform/platform.ts";
import { createKey } from "./create-key.ts";
import { type KeyRecord, readKeys } from "./queries.ts";

/**
 * The keys for the key ring: every stored key, and the private keys of those that sign or will sign. If `JWT_ALGORITHM` has no
 * key in use, its first one is created. Throws `UnusableKeyError` if a private key cannot be opened.
 */
export async function loadKeys(ctx: Context): Promise<StoredKey[]> {
  const algorithm = ctx.settings.jwtAlgorithm;
  const keys = await readKeys(ctx.db);
  const now = ctx.clock.now();
  if (algorithm === "HS256") return keys.map(withoutPrivateKey);
  if (!keys.some((key) => key.algorithm === algorithm && key.verifyUntil === null)) {
    await createKey(ctx, keys, { algorithm, activeFrom: now });
    return loadKeys(ctx);
  }
  const current = currentKey(keys, algorithm, now);
  return keys.map((key) =>
    current && key.algorithm === algorithm && key.generation >= current.generation
      ? { ...key, privateJwk: openPrivateKey(ctx, key) }
      : withoutPrivateKey(key),
  );
}

function withoutPrivateKey(key: KeyRecord): StoredKey {
  return { ...key, privateJwk: null };
}

function openPrivateKey(ctx: Context, { id, sealedPrivateJwk }: KeyRecord): string {
  const privateJwk = ctx.secrets.open(sealedPrivateJwk);
  if (privateJwk !== null) return privateJwk;
  throw new UnusableKeyError(
    id,
    "its private key was sealed under another ENCRYPTION_KEY (or JWT_SECRET_KEY, if that is unset). Set that one again.",
  );
}
