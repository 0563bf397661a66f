import { sql } from "drizzle-orm";

import type { KeyedHash } from "../../kernel/bytes.ts";
import type { ChainPosition } from "./chain-position.ts";
import { auditLog } from "./table.ts";

/** The chain's key, as a function that hashes with it. */
export type ChainKey = KeyedHash;

/**
 * In a query of the audit log: all of a row but its place, as one string that no setting of a session or driver alters (that of
 * a composite value, PostgreSQL manual 8.16.6). Empty values at the end are cut off, so that a column which a later version adds
 * at the end does not alter the string of an existing row.
 */
export const sealedContent = sql<string>`rtrim(row(
  ${auditLog.id},
  extract(epoch from ${auditLog.at}),
  ${auditLog.action},
  ${auditLog.result},
  ${auditLog.actorKind},
  ${auditLog.actorId},
  ${auditLog.userId},
  ${auditLog.sessionId},
  ${auditLog.amr},
  ${auditLog.ipAddress},
  ${auditLog.userAgent},
  ${auditLog.requestId},
  ${auditLog.detail}
)::text, ',)')`;

/** The place after `before`, for a row with this content. */
export function positionAfter(
  key: ChainKey,
  before: ChainPosition,
  content: string,
): ChainPosition {
  const sequence = before.sequence + 1;
  return { sequence, hash: key(`row\n${sequence}\n${before.hash}\n${content}`) };
}

/** The proof beside a checkpoint, which cannot be computed without the chain's key. */
export function proofOfCheckpoint(key: ChainKey, { sequence, hash }: ChainPosition): string {
  return key(`checkpoint\n${sequence}\n${hash}`);
}
