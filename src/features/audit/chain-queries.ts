import { and, asc, count, eq, gt, lte, max, min, sql } from "drizzle-orm";

import type { QueryValue } from "../../platform/db/prepared-query.ts";
import type { Db } from "../../platform/db/port.ts";
import { sealedContent } from "./chain-hash.ts";
import type { ChainPosition } from "./chain-position.ts";
import { auditChain, auditLog, type StoredChainKey } from "./table.ts";

/** The chain as it is stored. */
export interface Chain {
  readonly head: ChainPosition;
  readonly checkpoint: ChainPosition;
  readonly checkpointAt: Date | null;
  readonly checkpointProof: string | null;
  readonly keys: readonly StoredChainKey[];
}

/** The same with the first and the last place in the log. */
export interface ChainWithBounds extends Chain {
  readonly first: number | null;
  readonly last: number | null;
}

/** The chain cannot be continued as it is; the message says why, to an operator. */
export class UnusableChainError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UnusableChainError";
  }
}

const chainColumns = {
  head: { sequence: auditChain.headSequence, hash: auditChain.headHash },
  checkpoint: { sequence: auditChain.checkpointSequence, hash: auditChain.checkpointHash },
  checkpointAt: auditChain.checkpointAt,
  checkpointProof: auditChain.checkpointProof,
  keys: auditChain.keys,
};

/** The chain. Throws `UnusableChainError` if its row is missing. */
export async function readChain(db: Db): Promise<Chain> {
  const [chain] = await db.select(chainColumns).from(auditChain);
  if (!chain) throw new UnusableChainError("the row of audit_chain is missing");
  return chain;
}

/** The chain and its bounds, in one snapshot; null if the chain's row is missing. */
export async function readChainWithBounds(db: Db): Promise<ChainWithBounds | null> {
  const bounds = db
    .select({
      first: min(auditLog.sequence).as("first"),
      last: max(auditLog.sequence).as("last"),
    })
    .from(auditLog)
    .as("bounds");
  const [chain] = await db
    .select({ ...chainColumns, first: bounds.first, last: bounds.last })
    .from(auditChain)
    .innerJoin(bounds, sql`true`);
  return chain ?? null;
}

/** A row with its place, as it is verified. */
export interface SealedRow extends ChainPosition {
  readonly id: string;
  readonly action: string;
  readonly at: Date;
  readonly content: string;
}

/** At most `count` sealed rows after one place and up to another, in the chain's order. */
export async function selectSealedRows(
  db: Db,
  { after, upTo, count }: { after: number; upTo: number; count: number },
): Promise<SealedRow[]> {
  const rows = await db
    .select({
      sequence: auditLog.sequence,
      hash: auditLog.hash,
      id: auditLog.id,
      action: auditLog.action,
      at: auditLog.at,
      content: sealedContent,
    })
    .from(auditLog)
    .where(and(gt(auditLog.sequence, after), lte(auditLog.sequence, upTo)))
    .orderBy(asc(auditLog.sequence))
    .limit(count);
  return rows.map((row) => ({ ...row, sequence: row.sequence ?? 0, hash: row.hash ?? "" }));
}

/** How many rows have a place in the chain. */
export async function countRowsOf(db: Db, { sequence }: ChainPosition): Promise<number> {
  const [counted] = await db
    .select({ rows: count() })
    .from(auditLog)
    .where(eq(auditLog.sequence, sequence));
  return counted?.rows ?? 0;
}

/** In an `UPDATE` of the chain: whether its end is still this one, to be continued with the last of so many keys. */
export function isHead(
  sequence: QueryValue<number>,
  hash: QueryValue<string>,
  keyCount: QueryValue<number>,
) {
  return and(
    eq(auditChain.headSequence, sequence),
    eq(auditChain.headHash, hash),
    hasKeyCount(keyCount),
  );
}

/** In an `UPDATE` of the chain: whether it has so many keys. */
export function hasKeyCount(count: QueryValue<number>) {
  return sql`jsonb_array_length(${auditChain.keys}) = ${count}`;
}

/** In an `UPDATE` of the chain: whether its keys are these, each sealed as it was read. */
export function hasKeys(keys: readonly StoredChainKey[]) {
  return sql`${auditChain.keys} = ${sql.param(keys, auditChain.keys)}::jsonb`;
}
