import { sql } from "drizzle-orm";

import { keyedDigest } from "../../platform/secrets/keyed-digest.ts";
import { auditLog } from "./table.ts";

/** A place in the chain: a row's sequence, and the hash that seals it. */
export interface ChainPosition {
  readonly sequence: number;
  readonly hash: string;
}

/** A place in one word, `1234:<hash>`, in which it can be noted down. */
export function formatChainPosition({ sequence, hash }: ChainPosition): string {
  return `${sequence}:${hash}`;
}

/** The place that such a word names, or null. */
export function parseChainPosition(text: string): ChainPosition | null {
  const [, sequence, hash] = /^([1-9]\d{0,14}):([\w-]{43})$/.exec(text) ?? [];
  return sequence === undefined || hash === undefined ? null : { sequence: Number(sequence), hash };
}

/**
 * In a query of the audit log: all of a row but its place, as one text that no setting of a session or driver alters. What is
 * null is left out, so that a column which a later version adds alters the text of no row of before.
 */
export const sealedContent = sql<string>`jsonb_strip_nulls(jsonb_build_object(
  'id', ${auditLog.id},
  'at', extract(epoch from ${auditLog.at})::text,
  'action', ${auditLog.action},
  'result', ${auditLog.result},
  'actor_kind', ${auditLog.actorKind},
  'actor_id', ${auditLog.actorId},
  'user_id', ${auditLog.userId},
  'session_id', ${auditLog.sessionId},
  'amr', ${auditLog.amr},
  'ip_address', ${auditLog.ipAddress},
  'user_agent', ${auditLog.userAgent},
  'request_id', ${auditLog.requestId},
  'detail', ${auditLog.detail}::text
))::text`;

/** The place after `before`, when a row of this content takes it. */
export function positionAfter(key: string, before: ChainPosition, content: string): ChainPosition {
  const sequence = before.sequence + 1;
  return { sequence, hash: keyedDigest(key, `row\n${sequence}\n${before.hash}\n${content}`) };
}

/** What only the holder of the chain's key can write beside a checkpoint. */
export function proofOfCheckpoint(key: string, { sequence, hash }: ChainPosition): string {
  return keyedDigest(key, `checkpoint\n${sequence}\n${hash}`);
}
