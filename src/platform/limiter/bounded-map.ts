/** A map that removes its oldest entry when it is full. */
export interface BoundedMap<Value> {
  get(key: string): Value | undefined;
  /** Makes the entry the newest one. */
  set(key: string, value: Value): void;
  delete(key: string): void;
  clear(): void;
}

/** An entry between its neighbours by age. */
interface Entry<Value> {
  readonly key: string;
  value: Value;
  older: Entry<Value> | null;
  newer: Entry<Value> | null;
}

/**
 * A map of at most `maximumSize` entries. Each call takes the same time at every size: the first key of a `Map` is found only
 * after all places of deleted entries before it, of which there are as many as entries.
 */
export function createBoundedMap<Value>(maximumSize: number): BoundedMap<Value> {
  const entries = new Map<string, Entry<Value>>();
  let oldest: Entry<Value> | null = null;
  let newest: Entry<Value> | null = null;

  function unlink({ older, newer }: Entry<Value>): void {
    if (older) older.newer = newer;
    else oldest = newer;
    if (newer) newer.older = older;
    else newest = older;
  }

  function append(entry: Entry<Value>): void {
    entry.older = newest;
    entry.newer = null;
    if (newest) newest.newer = entry;
    else oldest = entry;
    newest = entry;
  }

  function remove(entry: Entry<Value> | null | undefined): void {
    if (!entry) return;
    entries.delete(entry.key);
    unlink(entry);
  }

  return {
    get: (key) => entries.get(key)?.value,
    set(key, value) {
      const known = entries.get(key);
      if (known) {
        known.value = value;
        unlink(known);
        append(known);
        return;
      }
      const entry: Entry<Value> = { key, value, older: null, newer: null };
      entries.set(key, entry);
      append(entry);
      if (entries.size > maximumSize) remove(oldest);
    },
    delete: (key) => remove(entries.get(key)),
    clear() {
      entries.clear();
      oldest = null;
      newest = null;
    },
  };
}
