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
  // One for all texts, and no object for an entry either: they would be more garbage than the table is large.
  const digest = new Int32Array(8);

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
  const put = (place: number, high: number, low: number, lineNumber: number): void => {
    table[place] = high;
    table[place + 1] = low;
    table[place + 2] = lineNumber;
  };
  const grow = (): void => {
    const old = table;
    capacity *= 2;
    table = new Int32Array(capacity * wordsPerEntry);
    for (let from = 0; from < old.length; from += wordsPerEntry) {
      const high = old[from] ?? 0;
      const low = old[from + 1] ?? 0;
      const lineNumber = old[from + 2] ?? 0;
      if (lineNumber !== 0) put(placeOf(high, low), high, low, lineNumber);
    }
  };

  return {
    findOrAdd(text, lineNumber) {
      Bun.SHA256.hash(text, digest);
      const high = digest[0] ?? 0;
      const low = digest[1] ?? 0;
      const place = placeOf(high, low);
      const earlier = table[place + 2] ?? 0;
      if (earlier !== 0) return earlier;
      put(place, high, low, lineNumber);
      size += 1;
      if (size * 2 > capacity) grow();
      return null;
    },
  };
}
