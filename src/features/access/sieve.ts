/** An entry of a sieve. The links and the mark are in the entry itself, so that it needs no second object. */
export interface SieveEntry<Entry> {
  /** Set at each use of the entry. */
  isVisited: boolean;
  newer: Entry | null;
  older: Entry | null;
}

/**
 * The order in which entries are evicted (SIEVE, Zhang et al., NSDI 2024): the hand, a pointer, moves from the oldest entry to
 * the newest, removes the mark of each entry that was used since it last passed, and stops at the first unmarked one. A use only
 * sets the mark. Entries that are used once are evicted before those in use, however many there are.
 */
export interface Sieve<Entry> {
  /** Adds the newest entry, unmarked. It must not be in the sieve yet. */
  add(entry: Entry): void;
  remove(entry: Entry): void;
  /** The entry to evict next, which is not removed by this; null if there is none. */
  findVictim(): Entry | null;
  clear(): void;
}

/** An empty sieve. */
export function createSieve<Entry extends SieveEntry<Entry>>(): Sieve<Entry> {
  let newest: Entry | null = null;
  let oldest: Entry | null = null;
  let hand: Entry | null = null;

  return {
    add(entry) {
      entry.isVisited = false;
      entry.older = newest;
      if (newest) newest.newer = entry;
      newest = entry;
      oldest ??= entry;
    },
    remove(entry) {
      const { newer, older } = entry;
      if (newer) newer.older = older;
      else newest = older;
      if (older) older.newer = newer;
      else oldest = newer;
      if (hand === entry) hand = newer;
      entry.newer = null;
      entry.older = null;
    },
    findVictim() {
      hand ??= oldest;
      while (hand?.isVisited) {
        hand.isVisited = false;
        hand = hand.newer ?? oldest;
      }
      return hand;
    },
    clear() {
      newest = null;
      oldest = null;
      hand = null;
    },
  };
}
