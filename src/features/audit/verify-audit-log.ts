import { count, isNull, sql } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import type { Db } from "../../platform/db/port.ts";
import type { Platform } from "../../platform/platform.ts";
import type { ChainPosition } from "./chain-hash.ts";
import { openChainKey } from "./chain-key.ts";
import { type ChainWithBounds, readChainWithBounds } from "./chain-queries.ts";
import { findFaultOfChain } from "./find-fault-of-chain.ts";
import { auditLog } from "./table.ts";

/** A server seals every second; what has waited for longer than this was overlooked, or there is no server. */
const patienceSeconds = 60;

/** How often the chain is read again because its beginning was moved while it was read. */
const maximumReadings = 5;

/** What became of the audit log. */
export interface AuditReport {
  /** The first thing that is not as it was sealed, in words; null for an intact log. */
  readonly fault: string | null;
  /** The chain's end: kept elsewhere, it later proves that nothing was cut off. Null when there is no chain. */
  readonly head: ChainPosition | null;
  /** The last row that was deleted when it had been kept for long enough; 0 when none was. */
  readonly deletedUpTo: number;
  readonly deletedAt: Date | null;
  /** Rows that have no place yet, and so could be changed unseen. */
  readonly waiting: number;
  /** Those of them that a server should have sealed by now. */
  readonly overdue: number;
}

/** Checks every sealed row, and that the chain leads over `expected`, a head that was noted down before. Changes nothing. */
export async function verifyAuditLog(
  ctx: Platform,
  expected: ChainPosition | null = null,
): Promise<AuditReport> {
  const { db, clock, secrets } = ctx;
  for (let readings = 1; ; readings += 1) {
    const chain = await readChainWithBounds(db);
    const key = chain && openChainKey(secrets, chain);
    const fault = await findFaultOfChain(db, chain, key, expected);
    const isDoubtful = fault !== null && readings < maximumReadings;
    if (isDoubtful && (await hasBegunLater(db, chain))) continue;
    return {
      fault,
      head: chain?.head ?? null,
      deletedUpTo: chain?.checkpoint.sequence ?? 0,
      deletedAt: chain?.checkpointAt ?? null,
      ...(await countUnsealed(db, clock.now())),
    };
  }
}

/** Whether rows were deleted meanwhile, because they had been kept for long enough. */
async function hasBegunLater(db: Db, chain: ChainWithBounds | null): Promise<boolean> {
  const current = await readChainWithBounds(db);
  return current?.checkpoint.sequence !== chain?.checkpoint.sequence;
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
