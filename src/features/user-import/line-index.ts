import { createHash } from "node:crypto";

/** Remembers in which line each text stood. */
export interface LineIndex {
  /** The number of the line in which the text stood before, or null; then it is remembered with the given one. */
  findOrAdd(text: string, lineNumber: number): number | null;
}

/** Of each entry: 64 bits of the text's digest, which no two texts of a file share, and the line's number. */
const wordsPerEntry = 3;
const firstCapacity = 1024;

/** Takes some 24 bytes for each text: a hash table (open addressing, at most half full) without an object in it. */
export function createLineIndex(): LineIndex {
  let capacity = firstCapacity;
  let table = new Int32Array(capacity * wordsPerEntry);
  let size = 0;

  /** Where the entry of these words is, or would be. */
  const placeOf = (high: number, low: number): number => {
    let slot = (high >>> 0) % capacity;
    for (;;) {
      const place = slot * wordsPerEntry;
      const isFree = table[place + 2] === 0;
      if (isFree || (table[place] === high && table[place + 1] === low)) return place;
      slot = (slot + 1) % capacity;
    }
  };
  const grow = (): void => {
    const old = table;
    capacity *= 2;
    table = new Int32Array(capacity * wordsPerEntry);
    for (let from = 0; from < old.length; from += wordsPerEntry) {
      const [high = 0, low = 0, lineNumber = 0] = old.subarray(from, from + wordsPerEntry);
      if (lineNumber !== 0) table.set([high, low, lineNumber], placeOf(high, low));
    }
  };

  return {
    findOrAdd(text, lineNumber) {
      const digest = createHash("sha256").update(text).digest();
      const [high, low] = [digest.readInt32LE(0), digest.readInt32LE(4)];
      const place = placeOf(high, low);
      const earlier = table[place + 2] ?? 0;
      if (earlier !== 0) return earlier;
      table.set([high, low, lineNumber], place);
      size += 1;
      if (size * 2 > capacity) grow();
      return null;
    },
  };
}
