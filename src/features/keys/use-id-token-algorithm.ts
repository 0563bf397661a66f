import { commit } from "../../platform/db/commit.ts";
import type { AsymmetricAlgorithm } from "../../platform/jwt/port.ts";
import type { Context } from "../../platform/platform.ts";
import { idTokenAlgorithms } from "./table.ts";

/**
 * Makes an algorithm one of ID tokens, if it is none yet: its first key is created, and published on every replica. Throws
 * `UnusableKeyError`.
 */
export async function useIdTokenAlgorithm(
  ctx: Context,
  algorithm: AsymmetricAlgorithm,
): Promise<void> {
  if (ctx.keyRing.currentForIdTokens(algorithm) !== null) return;
  const query = ctx.db
    .insert(idTokenAlgorithms)
    .values({ algorithm, createdAt: ctx.clock.now() })
    .onConflictDoNothing()
    .returning({ algorithm: idTokenAlgorithms.algorithm });
  const announce = () => ({ subject: "keys", id: "" }) as const;
  await commit(ctx, { query, announce }, () => []);
  await ctx.keyRing.reload();
}
