import { currentKey } from "../../platform/jwt/key-ring.ts";
import { damagedKey, keySealedByAnother } from "../../platform/jwt/key-pair.ts";
import type { AsymmetricAlgorithm, StoredKey } from "../../platform/jwt/port.ts";
import type { Context } from "../../platform/platform.ts";
import { createKey } from "./create-key.ts";
import { type KeyRecord, placeOfPrivateKey, readKeys } from "./queries.ts";

/**
 * The keys for the key ring: every stored key, and the private keys of those that sign or will sign with one of these algorithms. If
 * one has no key in use, its first one is created. Throws `UnusableKeyError` if a private key cannot be opened.
 */
export async function loadKeysOf(
  ctx: Context,
  algorithms: readonly AsymmetricAlgorithm[],
): Promise<StoredKey[]> {
  return usableKeysOf(ctx, algorithms, await readKeys(ctx.db));
}

/** The same, where `keys` are the stored keys. */
export async function usableKeysOf(
  ctx: Context,
  algorithms: readonly AsymmetricAlgorithm[],
  keys: readonly KeyRecord[],
): Promise<StoredKey[]> {
  const now = ctx.clock.now();
  const missing = algorithms.find(
    (algorithm) => !keys.some((key) => key.algorithm === algorithm && key.verifyUntil === null),
  );
  if (missing !== undefined) {
    await createKey(ctx, keys, { algorithm: missing, activeFrom: now });
    return loadKeysOf(ctx, algorithms);
  }
  const signsFrom = new Map(
    algorithms.map((each) => [each, currentKey(keys, each, now)?.generation ?? 0]),
  );
  return keys.map((key) =>
    key.generation >= (signsFrom.get(key.algorithm) ?? Number.POSITIVE_INFINITY)
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
