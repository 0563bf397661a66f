import { and, eq, sql } from "drizzle-orm";

import { AppError } from "../../kernel/errors.ts";
import { commit } from "../../platform/db/commit.ts";
import { untilWritten } from "../../platform/db/row-version.ts";
import type { Context } from "../../platform/platform.ts";
import { type Attestation, digestWith, emptyDigest } from "./chain-digest.ts";
import { proofOfCheckpoint } from "./chain-hash.ts";
import {
  createChainKey,
  keyCannotBeOpened,
  openChainKeys,
  replaceNewestKey,
  whyUnusable,
} from "./chain-key.ts";
import { type ChainPosition, formatChainPosition } from "./chain-position.ts";
import { type Chain, hasKeys, isHead, readChain } from "./chain-queries.ts";
import { findFaultOfRow } from "./faults.ts";
import { type ChainFault, walkRows } from "./find-chain-fault.ts";
import { recordAudit } from "./record-audit.ts";
import { sealRows } from "./seal-rows.ts";
import { auditChain } from "./table.ts";
import { verifyAuditLog } from "./verify-audit-log.ts";

/** The rows under the newest key up to a place, with their digest. */
interface Digested {
  readonly from: number;
  readonly position: ChainPosition;
  readonly digest: string;
}

/**
 * Begins a new chain under a new key after a leak of the old one. Its first row contains the end of the old chain and a digest of
 * its rows, so that they can be verified without the old key. Gives the end of the old chain. Throws `CONFLICT` for a log that is
 * not intact, and for an old key that cannot be opened unless it is said to be lost.
 */
export async function beginNewChain(
  ctx: Context,
  { isKeyLost }: { isKeyLost: boolean },
): Promise<ChainPosition> {
  const newest = openChainKeys(ctx.secrets, await readChain(ctx.db)).at(-1);
  if (!newest) throw conflict("There is no chain yet: no row of the audit log is sealed.");
  if (newest.lacksSuccessor) throw conflict(`The audit log is not intact: ${whyUnusable(newest)}.`);
  if (newest.key === null && !isKeyLost) {
    throw conflict(
      `The old chain cannot be verified: ${keyCannotBeOpened}. Set ENCRYPTION_KEY_PREVIOUS, or add --key-lost if no such secret is left.`,
    );
  }
  if (newest.key !== null && isKeyLost) {
    throw conflict("The key of the old chain can be opened: leave out --key-lost.");
  }
  const { fault } = newest.key === null ? { fault: null } : await verifyAuditLog(ctx);
  if (fault !== null) throw conflict(`The audit log is not intact: ${fault}.`);

  // Servers go on sealing meanwhile: what they add is digested as well, until nothing was added before the new key is stored.
  let digested: Digested | null = null;
  const after = await untilWritten(async () => {
    const chain = await readChain(ctx.db);
    digested = await digestRows(ctx, chain, digested);
    return digested === null ? null : storeNewKey(ctx, chain, digested);
  });
  await sealRows(ctx);
  return after;
}

/** Null if retention deleted rows that were to be digested. Throws `CONFLICT` for any other row that is missing or was changed. */
async function digestRows(
  ctx: Context,
  chain: Chain,
  earlier: Digested | null,
): Promise<Digested | null> {
  const span = openChainKeys(ctx.secrets, chain).at(-1);
  const { after = chain.checkpoint, key = null } = span ?? {};
  const beginning = after.sequence > chain.checkpoint.sequence ? after : chain.checkpoint;
  // Retention may have moved the beginning meanwhile.
  const isContinued = earlier?.from === beginning.sequence + 1;
  let digest = isContinued ? earlier.digest : emptyDigest;
  const walked = await walkRows(
    ctx.db,
    { from: isContinued ? earlier.position : beginning, upTo: chain.head.sequence },
    (before, row) => {
      digest = digestWith(digest, row);
      return findFaultOfRow(key, before, row);
    },
  );
  if ("fault" in walked) {
    if (await isExpired(ctx, walked)) return null;
    throw conflict(`The audit log is not intact: ${walked.fault}.`);
  }
  if (walked.hash !== chain.head.hash) {
    throw conflict("The audit log is not intact: its last row is not the chain's end.");
  }
  return { from: beginning.sequence + 1, position: walked, digest };
}

/** Whether the rows that are missing were deleted after `AUDIT_RETENTION`, or with `audit prune`. */
async function isExpired({ db }: Context, { missingAfter }: ChainFault): Promise<boolean> {
  return missingAfter !== null && (await readChain(db)).checkpoint.sequence > missingAfter;
}

/** Null, and nothing is written, if the chain was changed since it was read. */
async function storeNewKey(
  ctx: Context,
  chain: Chain,
  { from, digest }: Digested,
): Promise<ChainPosition | null> {
  const { head, checkpoint, keys } = chain;
  const firstRow = ctx.random.id(ctx.clock.now());
  const { stored, key } = createChainKey(ctx, keys.length, { after: head, firstRow });
  const query = ctx.db
    .update(auditChain)
    .set({
      keys: replaceNewestKey(ctx.secrets, chain, stored),
      // The old key may be known to others, who could forge the old proof.
      checkpointProof: checkpoint.sequence === 0 ? null : proofOfCheckpoint(key, checkpoint),
    })
    .where(
      and(
        isHead(head.sequence, head.hash, keys.length),
        // Keys that were sealed again meanwhile must not be stored as they were before.
        hasKeys(keys),
        eq(auditChain.checkpointSequence, checkpoint.sequence),
      ),
    )
    .returning({ id: auditChain.id });
  const detail: Attestation = {
    previous_head: formatChainPosition(head),
    previous_from: from,
    previous_digest: digest,
  };
  const [row] = await commit(ctx, { query }, () => [
    recordAudit(ctx, {
      id: sql`${firstRow}::uuid`,
      action: "audit.chain_begun",
      result: "success",
      userId: null,
      detail: { ...detail },
    }),
  ]);
  return row ? head : null;
}

function conflict(message: string): AppError {
  return new AppError("CONFLICT", message);
}
