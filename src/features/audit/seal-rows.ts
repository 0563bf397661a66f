import { asc, isNull, sql } from "drizzle-orm";

import { findDatabaseFault } from "../../platform/db/errors.ts";
import { preparedQuery, type ParameterSource } from "../../platform/db/prepared-query.ts";
import { type Effect, withEffects } from "../../platform/db/write.ts";
import type { Platform } from "../../platform/platform.ts";
import { type ChainPosition, positionAfter, sealedContent } from "./chain-hash.ts";
import { keepChainKey } from "./chain-key.ts";
import { isHead, readChain, UnusableChainError } from "./chain-queries.ts";
import { auditChain, auditLog } from "./table.ts";

/** Reading and hashing so many takes three milliseconds, for which requests wait. */
export const sealBatchSize = 500;

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
  const rows = await findUnsealed(db, {});
  const key = rows.length === 0 ? null : await keepChainKey(ctx, chain);
  if (key === null) return { count: 0, head: chain.head };

  let head = chain.head;
  const hashes = rows.map(({ content }) => {
    head = positionAfter(key, head, content);
    return head.hash;
  });
  const ids = rows.map(({ id }) => id);
  try {
    const sealed = await placeRows(db, { from: chain.head, to: head, ids, hashes });
    return sealed.length > 0 ? { count: rows.length, head } : { count: 0, head: chain.head };
  } catch (error) {
    if (findDatabaseFault(error)?.constraint !== "audit_log_sequence_unique") throw error;
    throw new UnusableChainError("rows stand after its end: somebody has set it back");
  }
}

const findUnsealed = preparedQuery((db) =>
  db
    .select({ id: auditLog.id, content: sealedContent })
    .from(auditLog)
    .where(isNull(auditLog.sequence))
    .orderBy(asc(auditLog.at), asc(auditLog.id))
    .limit(sealBatchSize),
);

/** Rows, in the order in which they take the places between two ends of the chain. */
interface Placing {
  readonly from: ChainPosition;
  readonly to: ChainPosition;
  readonly ids: readonly string[];
  readonly hashes: readonly string[];
}

/** Moves the chain's end and, where that was still the end, gives the rows their places. */
const placeRows = preparedQuery((db, given: ParameterSource<Placing>) => {
  const moved = db.$with("moved").as(
    db
      .update(auditChain)
      .set({
        headSequence: sql`${given(({ to }) => to.sequence)}`,
        headHash: sql`${given(({ to }) => to.hash)}`,
      })
      .where(
        isHead(
          given(({ from }) => from.sequence),
          given(({ from }) => from.hash),
        ),
      )
      .returning({ headSequence: auditChain.headSequence }),
  );
  // As texts: the statement is the same for any number of rows.
  const ids = given((placing) => `{${placing.ids.join(",")}}`);
  const hashes = given((placing) => `{${placing.hashes.join(",")}}`);
  const placed: Effect = (changed) => sql`
    update ${auditLog} set sequence = ${given(({ from }) => from.sequence)}::bigint + sealed.place, hash = sealed.hash
    from ${changed}, unnest(${ids}::text::uuid[], ${hashes}::text::text[]) with ordinality as sealed (id, hash, place)
    where ${auditLog.id} = sealed.id`;
  return withEffects(db, moved, [placed]).select().from(moved);
});
