import { eq, lte } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { commit } from "../../platform/db/commit.ts";
import { batchSize } from "../../platform/db/delete-batch.ts";
import { deleteRows, type Effect } from "../../platform/db/effects.ts";
import type { Db } from "../../platform/db/port.ts";
import type { Platform } from "../../platform/platform.ts";
import { proofOfCheckpoint } from "./chain-hash.ts";
import { type ChainSpan, openChainKeys, whyUnusable } from "./chain-key.ts";
import { readChain, selectSealedRows, UnusableChainError } from "./chain-queries.ts";
import { findFaultOfCheckpoint, findFaultOfRow } from "./faults.ts";
import { auditChain, auditLog } from "./table.ts";

/** Deletes up to a batch of the rows that were kept for `AUDIT_RETENTION`, and gives their number. Throws `UnusableChainError`. */
export function deleteExpiredAuditRows(ctx: Platform, now: Date): Promise<number> {
  return deleteAuditRows(ctx, addSeconds(now, -ctx.settings.auditRetentionSeconds));
}

/**
 * Deletes up to a batch of the rows at the chain's beginning that were written up to `before`, and gives their number. The chain
 * begins after them: a checkpoint says where. Only intact rows are deleted, or backdating a row by hand would delete the evidence
 * of it. Of several replicas one deletes. Throws `UnusableChainError`.
 */
export async function deleteAuditRows(
  ctx: Platform,
  before: Date,
  effects: readonly Effect[] = [],
): Promise<number> {
  const { db, secrets, clock } = ctx;
  const chain = await readChain(db);
  const { sequence: after } = chain.checkpoint;
  const oldest = await selectSealedRows(db, {
    after,
    upTo: chain.head.sequence,
    count: batchSize,
  });
  const spans = openChainKeys(secrets, chain);
  const deletable = await findDeletableUpTo(db, spans, before);
  const firstToStay = oldest.findIndex(({ at, sequence }) => at > before || sequence > deletable);
  const due = firstToStay === -1 ? oldest : oldest.slice(0, firstToStay);
  if (due.length === 0) return 0;
  const key = spans.at(-1)?.key ?? null;
  if (key === null) throw new UnusableChainError(whyUnusable(spans.at(-1)));

  let checkpoint = chain.checkpoint;
  let fault = findFaultOfCheckpoint(key, chain);
  for (const row of due) {
    const span = spans.find(({ upTo }) => row.sequence <= upTo);
    fault ??= findFaultOfRow(span?.key ?? null, checkpoint, row);
    checkpoint = row;
  }
  if (fault !== null) {
    // Another replica may have deleted these rows since the chain was read.
    const current = await readChain(db);
    if (current.checkpoint.sequence !== after) return 0;
    throw new UnusableChainError(fault);
  }

  const { sequence, hash } = checkpoint;
  const query = db
    .update(auditChain)
    .set({
      checkpointSequence: sequence,
      checkpointHash: hash,
      checkpointAt: clock.now(),
      checkpointProof: proofOfCheckpoint(key, { sequence, hash }),
    })
    .where(eq(auditChain.checkpointSequence, after))
    .returning({ checkpointSequence: auditChain.checkpointSequence });
  const moved = await commit(ctx, { query }, () => [
    deleteRows(auditLog, lte(auditLog.sequence, sequence)),
    ...effects,
  ]);
  return moved.length > 0 ? due.length : 0;
}

/**
 * The last row that may be deleted, whatever its age. The dates of rows whose key is not available prove nothing: those rows stay
 * until the chain that begins after them, and so all of them, are from before `before`.
 */
async function findDeletableUpTo(
  db: Db,
  spans: readonly ChainSpan[],
  before: Date,
): Promise<number> {
  for (const [index, { key, after }] of spans.entries()) {
    if (key !== null) continue;
    const next = spans[index + 1];
    const place = next && { after: next.after.sequence, upTo: next.after.sequence + 1, count: 1 };
    const [first] = place ? await selectSealedRows(db, place) : [];
    const isKnown = next?.key && first && findFaultOfRow(next.key, next.after, first) === null;
    if (!isKnown || first.at > before) return after.sequence;
  }
  return Number.POSITIVE_INFINITY;
}
