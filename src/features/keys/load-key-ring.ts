import { asc, sql } from "drizzle-orm";

import type { StoredKeys } from "../../platform/jwt/port.ts";
import type { Context } from "../../platform/platform.ts";
import { historyOf, signingAlgorithmsOf } from "./algorithms.ts";
import { usableKeysOf } from "./load-keys.ts";
import { idTokenAlgorithms, signingAlgorithms, signingKeys } from "./table.ts";

/**
 * What the key ring has of the database: the algorithm in force, those before it, those of ID tokens, and the keys, in one
 * snapshot. Throws
 * `UnusableKeyError`.
 */
export async function loadKeyRing(ctx: Context): Promise<StoredKeys> {
  // Each row has a change of the algorithm or a key: a start waits for one round trip instead of two.
  const rows = await ctx.db
    .select({
      change: signingAlgorithms,
      key: signingKeys,
      ofIdTokens: idTokenAlgorithms.algorithm,
    })
    .from(signingAlgorithms)
    .fullJoin(signingKeys, sql`false`)
    .fullJoin(idTokenAlgorithms, sql`false`)
    .orderBy(
      asc(signingAlgorithms.generation),
      asc(signingKeys.algorithm),
      asc(signingKeys.generation),
    );
  const changes = rows.flatMap(({ change }) => change ?? []);
  const keys = rows.flatMap(({ key }) => key ?? []);
  const { inForce, replaced } = historyOf(ctx.settings, changes);
  const ofIdTokens = rows.flatMap((row) => row.ofIdTokens ?? []);
  const signing = signingAlgorithmsOf(inForce, ofIdTokens);
  return {
    algorithm: inForce,
    replaced,
    idTokenAlgorithms: ofIdTokens,
    keys: await usableKeysOf(ctx, signing, keys),
  };
}
