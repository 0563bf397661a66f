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
  isThereTwice,
  missing,
} from "./faults.ts";

const batchSize = 2000;

/** The first fault of a chain as it was read, in words, from its beginning to its end; null when it is intact. */
export async function findFaultOfChain(
  db: Db,
  chain: ChainWithBounds | null,
  key: ChainKey | null,
  expected: ChainPosition | null,
): Promise<string | null> {
  if (chain === null) return "the chain's own row, in audit_chain, is missing";
  if (key === null && !isUnbegun(chain)) return keyCannotBeOpened;
  return (
    (key === null ? null : findFaultOfCheckpoint(key, chain)) ??
    findFaultOfBounds(chain) ??
    findFaultOfExpectation(chain, expected) ??
    (key === null ? null : await findFaultOfRows(db, key, chain, expected))
  );
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
): Promise<string | null> {
  let position = checkpoint;
  while (position.sequence < head.sequence) {
    const place = { after: position.sequence, upTo: head.sequence, count: batchSize };
    const rows = await selectSealedRows(db, place);
    if (rows.length === 0) return missing(position.sequence + 1, head.sequence);
    for (const row of rows) {
      const fault = findFaultOfRow(key, position, row) ?? findFaultOfHash(row, expected);
      if (fault !== null) return fault;
      position = row;
    }
    // Another row of the last place would be passed over by the next batch.
    if ((await countRowsOf(db, position)) > 1) return isThereTwice(position.sequence);
  }
  return position.hash === head.hash
    ? null
    : `the chain's end is not what row ${head.sequence} was sealed with`;
}
