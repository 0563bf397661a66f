import { sql } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { type Effect, withEffects } from "../../platform/db/write.ts";
import { createKeyPair } from "../../platform/jwt/key-pair.ts";
import type { AsymmetricAlgorithm } from "../../platform/jwt/port.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { longestTokenLifeSeconds } from "./lifetimes.ts";
import type { KeyRecord } from "./queries.ts";
import { signingKeys } from "./table.ts";

/** A key that was made just now. */
export interface CreatedKey {
  readonly id: string;
  readonly algorithm: AsymmetricAlgorithm;
  readonly activeFrom: Date;
  /** Until when the keys before it verify. */
  readonly predecessorsVerifyUntil: Date;
}

/**
 * Makes the successor of the newest of `keys` (all that are kept), or the first key, and says until when those before it
 * verify. Null, and nothing is changed, where another replica has made that successor already.
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
  const created = ctx.db.$with("created").as(
    ctx.db
      .insert(signingKeys)
      .values({
        ...key,
        generation: (newest?.generation ?? 0) + 1,
        publicJwk,
        sealedPrivateJwk: ctx.secrets.seal(privateJwk),
        createdAt: ctx.clock.now(),
      })
      .onConflictDoNothing({ target: [signingKeys.algorithm, signingKeys.generation] })
      .returning({ id: signingKeys.id }),
  );
  const detail = { key_id: id, algorithm, active_from: activeFrom.toISOString() };
  const [row] = await withEffects(ctx.db, created, [
    retireOthers(algorithm, predecessorsVerifyUntil),
    recordAudit(ctx, { action: "signing_key.created", result: "success", userId: null, detail }),
  ])
    .select()
    .from(created);
  if (!row) return null;
  ctx.changes.announce({ subject: "keys", id });
  ctx.log.info(detail, "signing key made");
  return { ...key, predecessorsVerifyUntil };
}

/** The statement does not see the new row itself: only those of before are changed. */
function retireOthers(algorithm: AsymmetricAlgorithm, verifyUntil: Date): Effect {
  const { verifyUntil: column } = signingKeys;
  return (created) => sql`
    update ${signingKeys} set ${sql.identifier(column.name)} = ${sql.param(verifyUntil, column)}::timestamptz
    from ${created}
    where ${signingKeys.algorithm} = ${algorithm} and ${column} is null`;
}
