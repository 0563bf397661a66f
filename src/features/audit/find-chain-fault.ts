import type { Db } from "../../platform/db/port.ts";
import { digestWith, emptyDigest, readAttestation } from "./chain-digest.ts";
import { type ChainSpan, keyCannotBeOpened, whyUnusable } from "./chain-key.ts";
import { type ChainPosition, formatChainPosition } from "./chain-position.ts";
import {
  type Chain,
  type ChainWithBounds,
  countRowsOf,
  type SealedRow,
  selectSealedRows,
} from "./chain-queries.ts";
import {
  findFaultOfBounds,
  findFaultOfCheckpoint,
  findFaultOfExpectation,
  findFaultOfHash,
  findFaultOfRow,
  isDuplicate,
  missing,
} from "./faults.ts";

const batchSize = 2000;

/** A difference between the log and what was sealed. */
export interface ChainFault {
  /** As a sentence. */
  readonly fault: string;
  /** The place after which rows were missing when they were read; null for any other fault. */
  readonly missingAfter: number | null;
}

/** The first fault of a chain as it was read, from its beginning to its end; null when it is intact. */
export async function findFaultOfChain(
  db: Db,
  chain: ChainWithBounds | null,
  spans: readonly ChainSpan[],
  expected: ChainPosition | null,
): Promise<ChainFault | null> {
  if (chain === null) return lasting("the chain's own row, in audit_chain, is missing");
  const newest = spans.at(-1)?.key ?? null;
  if (newest === null && !isUnbegun(chain)) return lasting(whyUnusable(spans.at(-1)));
  const fault =
    (newest === null ? null : findFaultOfCheckpoint(newest, chain)) ??
    findFaultOfBounds(chain) ??
    findFaultOfExpectation(chain, expected);
  if (fault !== null) return lasting(fault);
  return newest === null ? null : findFaultOfRows(db, spans, chain, expected);
}

/** A fault that another reading finds again. */
function lasting(fault: string): ChainFault {
  return { fault, missingAfter: null };
}

/** Before the first row is sealed there is no key. */
function isUnbegun({ head, checkpoint, keys }: Chain): boolean {
  return keys.length === 0 && head.sequence === 0 && checkpoint.sequence === 0;
}

async function findFaultOfRows(
  db: Db,
  spans: readonly ChainSpan[],
  { checkpoint, head }: Chain,
  expected: ChainPosition | null,
): Promise<ChainFault | null> {
  let position = checkpoint;
  for (const [index, span] of spans.entries()) {
    if (span.upTo <= position.sequence) continue;
    const from = position.sequence + 1;
    let digest = emptyDigest;
    const walked = await walkRows(db, { from: position, upTo: span.upTo }, (before, row) => {
      if (span.key === null) digest = digestWith(digest, row);
      return (
        findFaultOfRow(span.key, before, row) ??
        findFaultOfFirstRow(span, row) ??
        findFaultOfHash(row, expected)
      );
    });
    if ("fault" in walked) return walked;
    position = walked;
    const next = spans[index + 1];
    const isEnd = position.hash === (next?.after ?? head).hash;
    if (!isEnd) {
      return lasting(`the chain's end is not what row ${position.sequence} was sealed with`);
    }
    const fault =
      span.key === null && next ? await findFaultOfAttested(db, next, { from, digest }) : null;
    if (fault !== null) return lasting(fault);
  }
  return null;
}

/** Reads the rows of the places after `from` in order, and gives the last one's place, or the first fault. */
export async function walkRows(
  db: Db,
  { from, upTo }: { from: ChainPosition; upTo: number },
  findFault: (before: ChainPosition, row: SealedRow) => string | null,
): Promise<ChainPosition | ChainFault> {
  let position = from;
  while (position.sequence < upTo) {
    const rows = await selectSealedRows(db, {
      after: position.sequence,
      upTo,
      count: batchSize,
    });
    const next = rows[0]?.sequence ?? upTo + 1;
    if (next > position.sequence + 1) {
      const fault = missing(position.sequence + 1, next - 1);
      return { fault, missingAfter: position.sequence };
    }
    for (const row of rows) {
      const fault = findFault(position, row);
      if (fault !== null) return lasting(fault);
      position = row;
    }
    // Another row of the last place would be passed over by the next batch.
    if ((await countRowsOf(db, position)) > 1) return lasting(isDuplicate(position.sequence));
  }
  return position;
}

/** The fault of the row with which a key begins, which says that it does; null if there is none. */
function findFaultOfFirstRow({ after, firstRow }: ChainSpan, row: SealedRow): string | null {
  if (firstRow === null || row.sequence !== after.sequence + 1 || row.id === firstRow) return null;
  return `row ${row.sequence} (${row.action}, id ${row.id}) is in the place of the row with which a new chain begins`;
}

/** The fault of rows whose key is not available: they must be what the first row under the next key says. */
async function findFaultOfAttested(
  db: Db,
  next: ChainSpan,
  found: { from: number; digest: string },
): Promise<string | null> {
  const { after, firstRow } = next;
  const said = firstRow === null ? null : await readAttestation(db, firstRow);
  const rows = `rows ${found.from} to ${after.sequence}`;
  if (said?.previous_from !== found.from) return `${rows} cannot be verified: ${keyCannotBeOpened}`;
  const isSame =
    said.previous_head === formatChainPosition(after) && said.previous_digest === found.digest;
  return isSame ? null : `${rows} are not what they were when the next chain began`;
}
