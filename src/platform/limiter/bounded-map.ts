/** A map that removes its oldest entry when it is full. */
export interface BoundedMap<Value> {
  get(key: string): Value | undefined;
  /** Makes the entry the newest one. */
  set(key: string, value: Value): void;
  delete(key: string): void;
  clear(): void;
}

/** A map of at most `maximumSize` entries. */
export function createBoundedMap<Value>(maximumSize: number): BoundedMap<Value> {
  const entries = new Map<string, Value>();
  return {
    get: (key) => entries.get(key),
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      const [oldest] = entries.keys();
      if (entries.size > maximumSize && oldest !== undefined) entries.delete(oldest);
    },
    delete: (key) => void entries.delete(key),
    clear: () => entries.clear(),
  };
}
