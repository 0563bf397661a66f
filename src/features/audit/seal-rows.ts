import { asc, isNull, sql } from "drizzle-orm";

import { findDatabaseFault } from "../../platform/db/errors.ts";
import { type Effect, withEffects } from "../../platform/db/write.ts";
import type { Platform } from "../../platform/platform.ts";
import { type ChainPosition, positionAfter, sealedContent } from "./chain-hash.ts";
import { keepChainKey } from "./chain-key.ts";
import { isHead, readChain, UnusableChainError } from "./chain-queries.ts";
import { auditChain, auditLog } from "./table.ts";

/** Reading and hashing so many takes three milliseconds, for which requests wait. */
export const sealBatchSize = 250;

/** What a batch came to. */
export interface SealedBatch {
  readonly count: number;
  /** The chain's end since. */
  readonly head: ChainPosition;
}

/**
 * Gives up to `sealBatchSize` rows that were written since their places at the chain's end, the oldest first. Any number of
 * replicas may try; the head is the guard, and who comes second has sealed nothing. Throws `UnusableChainError`.
 */
export async function sealRows(ctx: Platform): Promise<SealedBatch> {
  const { db } = ctx;
  // Before the rows: as long as this head is the head, nobody else has sealed any of them.
  const chain = await readChain(db);
  const rows = await db
    .select({ id: auditLog.id, content: sealedContent })
    .from(auditLog)
    .where(isNull(auditLog.sequence))
    .orderBy(asc(auditLog.at), asc(auditLog.id))
    .limit(sealBatchSize);
  const key = rows.length === 0 ? null : await keepChainKey(ctx, chain);
  if (key === null) return { count: 0, head: chain.head };

  let head = chain.head;
  const hashes = rows.map(({ content }) => {
    head = positionAfter(key, head, content);
    return head.hash;
  });
  const moved = db
    .$with("moved")
    .as(
      db
        .update(auditChain)
        .set({ headSequence: head.sequence, headHash: head.hash })
        .where(isHead(chain.head))
        .returning({ headSequence: auditChain.headSequence }),
    );
  const ids = rows.map(({ id }) => id);
  const placed = placeRows(chain.head.sequence, ids, hashes);
  try {
    const sealed = await withEffects(db, moved, [placed]).select().from(moved);
    return sealed.length > 0 ? { count: rows.length, head } : { count: 0, head: chain.head };
  } catch (error) {
    if (findDatabaseFault(error)?.constraint !== "audit_log_sequence_unique") throw error;
    throw new UnusableChainError("rows stand after its end: somebody has set it back");
  }
}

/** The effect of giving rows the places after `start`. As texts: the statement is the same for any number of rows. */
function placeRows(start: number, ids: readonly string[], hashes: readonly string[]): Effect {
  return (changed) => sql`
    update ${auditLog} set sequence = ${start}::bigint + sealed.place, hash = sealed.hash
    from ${changed}, unnest(${`{${ids.join(",")}}`}::text::uuid[], ${`{${hashes.join(",")}}`}::text::text[])
      with ordinality as sealed (id, hash, place)
    where ${auditLog.id} = sealed.id`;
}
