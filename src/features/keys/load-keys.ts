import { currentKey } from "../../platform/jwt/key-ring.ts";
import { damagedKey, keySealedByAnother } from "../../platform/jwt/key-pair.ts";
import type { Algorithm, StoredKey } from "../../platform/jwt/port.ts";
import type { Context } from "../../platform/platform.ts";
import { createKey } from "./create-key.ts";
import { type KeyRecord, placeOfPrivateKey, readKeys } from "./queries.ts";

/**
 * The keys for the key ring: every stored key, and the private keys of those that sign or will sign with this algorithm. If it
 * has no key in use, its first one is created. Throws `UnusableKeyError` if a private key cannot be opened.
 */
export async function loadKeysOf(ctx: Context, algorithm: Algorithm): Promise<StoredKey[]> {
  return usableKeysOf(ctx, algorithm, await readKeys(ctx.db));
}

/** The same, where `keys` are the stored keys. */
export async function usableKeysOf(
  ctx: Context,
  algorithm: Algorithm,
  keys: readonly KeyRecord[],
): Promise<StoredKey[]> {
  const now = ctx.clock.now();
  if (algorithm === "HS256") return keys.map(withoutPrivateKey);
  if (!keys.some((key) => key.algorithm === algorithm && key.verifyUntil === null)) {
    await createKey(ctx, keys, { algorithm, activeFrom: now });
    return loadKeysOf(ctx, algorithm);
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

function openPrivateKey({ secrets }: Context, { id, sealedPrivateJwk }: KeyRecord): string {
  const privateJwk = secrets.open(sealedPrivateJwk, placeOfPrivateKey(id));
  if (privateJwk !== null) return privateJwk;
  throw secrets.needsAnotherKey(sealedPrivateJwk) ? keySealedByAnother(id) : damagedKey(id);
}
