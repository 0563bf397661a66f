/** Makes the value of each key once, also for concurrent first calls. After a failure the next call tries again. */
export function keepSuccesses<Key, Value>(
  make: (key: Key) => Promise<Value>,
): (key: Key) => Promise<Value> {
  const kept = new Map<Key, Promise<Value>>();
  return (key) => {
    const known = kept.get(key);
    if (known) return known;
    const made = make(key).catch((error: unknown) => {
      kept.delete(key);
      throw error;
    });
    kept.set(key, made);
    return made;
  };
}
