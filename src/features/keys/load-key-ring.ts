import type { StoredKeys } from "../../platform/jwt/port.ts";
import type { Context } from "../../platform/platform.ts";
import { readAlgorithmHistory } from "./algorithms.ts";
import { loadKeysOf } from "./load-keys.ts";

/** What the key ring has of the database: the algorithm in force, those before it, and the keys. Throws `UnusableKeyError`. */
export async function loadKeyRing(ctx: Context): Promise<StoredKeys> {
  const { inForce, replaced } = await readAlgorithmHistory(ctx);
  return { algorithm: inForce, replaced, keys: await loadKeysOf(ctx, inForce) };
}
