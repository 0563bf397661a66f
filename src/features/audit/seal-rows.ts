import { and, asc, eq, inArray, isNull, sql } from "drizzle-orm";

import { composeCommit, preparedCommit } from "../../platform/db/commit.ts";
import type { Effect } from "../../platform/db/effects.ts";
import { findDatabaseFault } from "../../platform/db/errors.ts";
import { type ParameterSource, preparedQuery } from "../../platform/db/prepared-query.ts";
import type { Db } from "../../platform/db/port.ts";
import type { Platform } from "../../platform/platform.ts";
import { positionAfter, sealedContent } from "./chain-hash.ts";
import { keepChainKey } from "./chain-key.ts";
import type { ChainPosition } from "./chain-position.ts";
import { type Chain, isHead, readChain, UnusableChainError } from "./chain-queries.ts";
import { toEcsEntry } from "./ecs-entry.ts";
import type { AuditRecord } from "./list-audit-logs.ts";
import { auditChain, auditLog } from "./table.ts";

/** Reading and hashing so many takes three milliseconds, during which requests wait. */
export const sealBatchSize = 500;

/** The result of a batch. */
export interface SealedBatch {
  readonly count: number;
  /** Another replica has sealed rows meanwhile. This one has sealed none, and others may be left. */
  readonly isOvertaken: boolean;
  /** The chain's end afterwards. */
  readonly head: ChainPosition;
}

/**
 * Seals up to `sealBatchSize` rows that are not sealed yet, the oldest first: each gets its place at the chain's end. Any number
 * of replicas may try at once; the head is the guard, and the second one seals nothing. With `LOG_AUDIT` the one that seals a row
 * logs it. Throws `UnusableChainError`.
 */
export async function sealRows(ctx: Platform): Promise<SealedBatch> {
  const { db } = ctx;
  // Before the rows: as long as this head is the head, no other replica has sealed any of them.
  const chain = await readChain(db);
  const rows = (await findFirstRow(db, chain)) ?? (await findUnsealed(db, {}));
  const key = rows.length === 0 ? null : await keepChainKey(ctx, chain);
  const nothing: SealedBatch = { count: 0, isOvertaken: false, head: chain.head };
  if (key === null) return nothing;

  let head = chain.head;
  const hashes = rows.map(({ content }) => {
    head = positionAfter(key, head, content);
    return head.hash;
  });
  const ids = rows.map(({ id }) => id);
  // Before they are sealed: after that no other replica would log them, and an error would lose them.
  const records = ctx.settings.logAudit ? await findRecords(db, ids) : [];
  try {
    const keyCount = Math.max(1, chain.keys.length);
    const sealed = await placeRows(ctx, { from: chain.head, to: head, keyCount, ids, hashes });
    if (sealed.length === 0) return { ...nothing, isOvertaken: true };
    for (const record of records) ctx.log.record(toEcsEntry(record));
    return { count: rows.length, isOvertaken: false, head };
  } catch (error) {
    if (findDatabaseFault(error)?.constraint !== "audit_log_sequence_unique") throw error;
    throw new UnusableChainError("there are rows after its end: the end was set back");
  }
}

/** After a new key, the row that says so, before all others; null if it is sealed already. */
async function findFirstRow(db: Db, { keys, head }: Chain) {
  const newest = keys.at(-1);
  if (!newest?.firstRow || newest.after.sequence !== head.sequence) return null;
  const rows = await db
    .select({ id: auditLog.id, content: sealedContent })
    .from(auditLog)
    .where(and(eq(auditLog.id, newest.firstRow), isNull(auditLog.sequence)));
  if (rows.length > 0) return rows;
  // Another replica may have sealed it since the chain was read: then none of the following rows is sealed at this end.
  const current = await readChain(db);
  if (current.head.sequence !== head.sequence) return null;
  throw new UnusableChainError("the row with which its newest key begins is missing");
}

const findUnsealed = preparedQuery((db) =>
  db
    .select({ id: auditLog.id, content: sealedContent })
    .from(auditLog)
    .where(isNull(auditLog.sequence))
    .orderBy(asc(auditLog.at), asc(auditLog.id))
    .limit(sealBatchSize),
);

/** The rows with these ids, in the order of the ids. */
async function findRecords(db: Db, ids: readonly string[]): Promise<AuditRecord[]> {
  const found = await db
    .select()
    .from(auditLog)
    .where(inArray(auditLog.id, [...ids]));
  const byId = new Map(found.map((record) => [record.id, record]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** Rows, in the order of their places between the old and the new end of the chain. */
interface Placing {
  readonly from: ChainPosition;
  readonly to: ChainPosition;
  readonly keyCount: number;
  readonly ids: readonly string[];
  readonly hashes: readonly string[];
}

/** Moves the chain's end and, if the old end was still the end, gives the rows their places. */
const placeRows = preparedCommit((db, parameter: ParameterSource<Placing>) => {
  const query = db
    .update(auditChain)
    .set({
      headSequence: sql`${parameter(({ to }) => to.sequence)}`,
      headHash: sql`${parameter(({ to }) => to.hash)}`,
    })
    .where(
      isHead(
        parameter(({ from }) => from.sequence),
        parameter(({ from }) => from.hash),
        parameter(({ keyCount }) => keyCount),
      ),
    )
    .returning({ headSequence: auditChain.headSequence });
  // As strings: the statement is the same for any number of rows.
  const ids = parameter((placing) => `{${placing.ids.join(",")}}`);
  const hashes = parameter((placing) => `{${placing.hashes.join(",")}}`);
  const placed: Effect = {
    write: { table: auditLog, kind: "change" },
    query: ({ from: moved }) => sql`
      update ${auditLog} set sequence = ${parameter(({ from }) => from.sequence)}::bigint + sealed.place, hash = sealed.hash
      from ${moved}, unnest(${ids}::text::uuid[], ${hashes}::text::text[]) with ordinality as sealed (id, hash, place)
      where ${auditLog.id} = sealed.id`,
  };
  return composeCommit(db, { query }, () => [placed]);
});
