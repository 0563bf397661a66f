import type { Db } from "../../platform/db/port.ts";
import type { ChainKey, ChainPosition } from "./chain-hash.ts";
import { keyCannotBeOpened } from "./chain-key.ts";
import {
  type Chain,
  type ChainWithBounds,
  countRowsOf,
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
  key: ChainKey | null,
  expected: ChainPosition | null,
): Promise<ChainFault | null> {
  if (chain === null) return lasting("the chain's own row, in audit_chain, is missing");
  if (key === null && !isUnbegun(chain)) return lasting(keyCannotBeOpened);
  const fault =
    (key === null ? null : findFaultOfCheckpoint(key, chain)) ??
    findFaultOfBounds(chain) ??
    findFaultOfExpectation(chain, expected);
  if (fault !== null) return lasting(fault);
  return key === null ? null : findFaultOfRows(db, key, chain, expected);
}

/** A fault that another reading finds again. */
function lasting(fault: string): ChainFault {
  return { fault, missingAfter: null };
}

/** Before the first row is sealed there is no key. */
function isUnbegun({ head, checkpoint, sealedKeys }: Chain): boolean {
  return sealedKeys.length === 0 && head.sequence === 0 && checkpoint.sequence === 0;
}

async function findFaultOfRows(
  db: Db,
  key: ChainKey,
  { checkpoint, head }: Chain,
  expected: ChainPosition | null,
): Promise<ChainFault | null> {
  let position = checkpoint;
  while (position.sequence < head.sequence) {
    const place = { after: position.sequence, upTo: head.sequence, count: batchSize };
    const rows = await selectSealedRows(db, place);
    const next = rows[0]?.sequence ?? head.sequence + 1;
    if (next > position.sequence + 1) {
      const fault = missing(position.sequence + 1, next - 1);
      return { fault, missingAfter: position.sequence };
    }
    for (const row of rows) {
      const fault = findFaultOfRow(key, position, row) ?? findFaultOfHash(row, expected);
      if (fault !== null) return lasting(fault);
      position = row;
    }
    // Another row of the last place would be passed over by the next batch.
    if ((await countRowsOf(db, position)) > 1) return lasting(isDuplicate(position.sequence));
  }
  return position.hash === head.hash
    ? null
    : lasting(`the chain's end is not what row ${head.sequence} was sealed with`);
}
