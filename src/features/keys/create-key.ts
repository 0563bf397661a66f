import { and, eq, isNull } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { commit } from "../../platform/db/commit.ts";
import { updateRows } from "../../platform/db/effects.ts";
import { createKeyPair } from "../../platform/jwt/key-pair.ts";
import type { AsymmetricAlgorithm } from "../../platform/jwt/port.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { type KeyRecord, longestTokenLifeSeconds, placeOfPrivateKey } from "./queries.ts";
import { signingKeys } from "./table.ts";

/** A key that was just created. */
export interface CreatedKey {
  readonly id: string;
  readonly algorithm: AsymmetricAlgorithm;
  readonly activeFrom: Date;
  /** Until when the keys before it verify. */
  readonly predecessorsVerifyUntil: Date;
}

/**
 * Creates the successor of the newest of `keys` (all that are kept), or the first key, and sets until when those before it
 * verify. Null, and nothing is changed, if another replica has created that successor already.
 */
export async function createKey(
  ctx: Context,
  keys: readonly KeyRecord[],
  { algorithm, activeFrom }: Pick<CreatedKey, "algorithm" | "activeFrom">,
): Promise<CreatedKey | null> {
  const newest = keys.findLast((key) => key.algorithm === algorithm);
  const { id, publicJwk, privateJwk } = await createKeyPair(algorithm);
  const key = { id, algorithm, activeFrom };
  const predecessorsVerifyUntil = addSeconds(activeFrom, longestTokenLifeSeconds(ctx.settings));
  const query = ctx.db
    .insert(signingKeys)
    .values({
      ...key,
      generation: (newest?.generation ?? 0) + 1,
      publicJwk,
      sealedPrivateJwk: ctx.secrets.seal(privateJwk, placeOfPrivateKey(id)),
      createdAt: ctx.clock.now(),
    })
    .onConflictDoNothing({ target: [signingKeys.algorithm, signingKeys.generation] })
    .returning({ id: signingKeys.id });
  const detail = { key_id: id, algorithm, active_from: activeFrom.toISOString() };
  const announce = () => ({ subject: "keys", id }) as const;
  const [row] = await commit(ctx, { query, announce }, () => [
    // The statement does not see the row that it inserts: only the keys before it are retired.
    updateRows(
      signingKeys,
      { verifyUntil: predecessorsVerifyUntil },
      and(eq(signingKeys.algorithm, algorithm), isNull(signingKeys.verifyUntil)),
    ),
    recordAudit(ctx, { action: "signing_key.created", result: "success", userId: null, detail }),
  ]);
  if (!row) return null;
  ctx.log.info(detail, "signing key created");
  return { ...key, predecessorsVerifyUntil };
}
