import { type ChainKey, positionAfter, proofOfCheckpoint } from "./chain-hash.ts";
import type { ChainPosition } from "./chain-position.ts";
import type { Chain, ChainWithBounds, SealedRow } from "./chain-queries.ts";

/** The fault of the row after a verified place, as a sentence; null if there is none. Without the key, only of its place. */
export function findFaultOfRow(
  key: ChainKey | null,
  before: ChainPosition,
  row: SealedRow,
): string | null {
  if (row.sequence <= before.sequence) return isDuplicate(row.sequence);
  if (row.sequence !== before.sequence + 1) return missing(before.sequence + 1, row.sequence - 1);
  if (key === null || positionAfter(key, before, row.content).hash === row.hash) return null;
  return `row ${row.sequence} (${row.action}, id ${row.id}) was changed, or is in another row's place`;
}

/** The fault of a gap. */
export function missing(first: number, last: number): string {
  return first === last ? `row ${first} is missing` : `rows ${first} to ${last} are missing`;
}

/** The fault of a place that several rows have. */
export function isDuplicate(sequence: number): string {
  return `row ${sequence} exists twice`;
}

/** The fault of the place where the chain begins; null if there is none. */
export function findFaultOfCheckpoint(
  key: ChainKey,
  { checkpoint, checkpointProof }: Chain,
): string | null {
  const { sequence, hash } = checkpoint;
  const isBeginning = sequence === 0 && hash === "" && checkpointProof === null;
  if (isBeginning || checkpointProof === proofOfCheckpoint(key, checkpoint)) return null;
  return `rows up to ${sequence} are missing, and the service did not delete them`;
}

/** The fault of rows outside of the chain; null if there are none. */
export function findFaultOfBounds({
  first,
  last,
  checkpoint,
  head,
}: ChainWithBounds): string | null {
  if (first !== null && first <= checkpoint.sequence) {
    return `row ${first} was added: the chain begins after row ${checkpoint.sequence}`;
  }
  if (last !== null && last > head.sequence) {
    return `the chain's end was set back to row ${head.sequence}: rows up to ${last} follow on it`;
  }
  return null;
}

/** The fault of a chain that cannot include a head that was written down before; null if it can. */
export function findFaultOfExpectation(
  { head, checkpoint }: Pick<Chain, "head" | "checkpoint">,
  expected: ChainPosition | null,
): string | null {
  if (expected === null) return null;
  if (expected.sequence > head.sequence) {
    return `the chain ends with row ${head.sequence}: rows up to ${expected.sequence} were cut off`;
  }
  if (expected.sequence < checkpoint.sequence) {
    return `row ${expected.sequence}, which you expect, was deleted after AUDIT_RETENTION: it cannot be compared any more`;
  }
  return findFaultOfHash(checkpoint, expected);
}

/** The same for a place that is on the chain. */
export function findFaultOfHash(
  found: ChainPosition,
  expected: ChainPosition | null,
): string | null {
  if (found.sequence !== expected?.sequence || found.hash === expected.hash) return null;
  return `row ${found.sequence} does not have the hash that you expect: this is another chain`;
}
