import { count, isNull, sql } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import type { Db } from "../../platform/db/port.ts";
import type { Platform } from "../../platform/platform.ts";
import { openChainKeys } from "./chain-key.ts";
import type { ChainPosition } from "./chain-position.ts";
import { type ChainWithBounds, readChainWithBounds } from "./chain-queries.ts";
import { findFaultOfChain } from "./find-chain-fault.ts";
import { auditLog } from "./table.ts";

/** A server seals rows within seconds; a row that waits longer than this was missed, or no server runs. */
const patienceSeconds = 60;

/** The result of verifying the audit log. */
export interface AuditReport {
  /** The first fault, as a sentence; null for an intact log. */
  readonly fault: string | null;
  /** The chain's end: kept elsewhere, it later proves that nothing was cut off. Null if there is no chain. */
  readonly head: ChainPosition | null;
  /** The last row that was deleted after `AUDIT_RETENTION`; 0 if none was. */
  readonly deletedUpTo: number;
  readonly deletedAt: Date | null;
  /** The number of rows that are not sealed yet: a change of them is not detected. */
  readonly waiting: number;
  /** How many of them a server should have sealed by now. */
  readonly overdue: number;
  /** The chains, each linked to the one before it. There is one, unless `audit begin-new-chain` began others. */
  readonly chains: readonly VerifiedChain[];
}

/** The rows of one chain. */
export interface VerifiedChain {
  readonly from: number;
  readonly upTo: number;
  /** Without its key, its rows are compared with what the next chain's first row says of them. */
  readonly isKeyAvailable: boolean;
}

/** Verifies every sealed row, and that `expected`, a head that was written down before, is on the chain. Changes nothing. */
export async function verifyAuditLog(
  ctx: Platform,
  expected: ChainPosition | null = null,
): Promise<AuditReport> {
  const { db, clock } = ctx;
  const { chain, fault } = await checkChain(ctx, await readChainWithBounds(db), expected);
  return {
    fault,
    head: chain?.head ?? null,
    deletedUpTo: chain?.checkpoint.sequence ?? 0,
    deletedAt: chain?.checkpointAt ?? null,
    chains: chain === null ? [] : chainsOf(ctx, chain),
    ...(await countUnsealed(db, clock.now())),
  };
}

/** A chain and its first fault. */
interface CheckedChain {
  readonly chain: ChainWithBounds | null;
  readonly fault: string | null;
}

/**
 * Rows that were deleted meanwhile after `AUDIT_RETENTION` are no fault: verifying goes on at the chain's new beginning, as often
 * as that happens, and each time nearer to its end.
 */
async function checkChain(
  ctx: Platform,
  chain: ChainWithBounds | null,
  expected: ChainPosition | null,
): Promise<CheckedChain> {
  const spans = chain === null ? [] : openChainKeys(ctx.secrets, chain);
  const found = await findFaultOfChain(ctx.db, chain, spans, expected);
  if (found === null) return { chain, fault: null };
  const { fault, missingAfter } = found;
  if (missingAfter === null) return { chain, fault };
  const current = await readChainWithBounds(ctx.db);
  if (current === null || current.checkpoint.sequence <= missingAfter) return { chain, fault };
  const isCompared = expected !== null && expected.sequence <= missingAfter;
  return checkChain(ctx, current, isCompared ? null : expected);
}

/** The chains that still have rows. */
function chainsOf({ secrets }: Platform, chain: ChainWithBounds): VerifiedChain[] {
  const deletedUpTo = chain.checkpoint.sequence;
  return openChainKeys(secrets, chain)
    .map(({ after, upTo, key }) => ({
      from: Math.max(after.sequence, deletedUpTo) + 1,
      upTo,
      isKeyAvailable: key !== null,
    }))
    .filter(({ from, upTo }) => from <= upTo);
}

async function countUnsealed(db: Db, now: Date): Promise<Pick<AuditReport, "waiting" | "overdue">> {
  const longAgo = sql.param(addSeconds(now, -patienceSeconds), auditLog.at);
  const [counted] = await db
    .select({
      waiting: count(),
      overdue: sql`count(*) filter (where ${auditLog.at} < ${longAgo})`.mapWith(Number),
    })
    .from(auditLog)
    .where(isNull(auditLog.sequence));
  return counted ?? { waiting: 0, overdue: 0 };
}
