/** Sets of texts under keys. A key without texts is not held. */
export interface Index {
  /** How many texts a key has. */
  count(key: string): number;
  /** The text that was added first. */
  oldest(key: string): string | undefined;
  add(key: string, text: string): void;
  remove(key: string, text: string): void;
  /** All texts of a key, which has none from then on. */
  take(key: string): Iterable<string>;
  clear(): void;
}

/** An empty index. Most keys have one text, which is held as it is; whoever adds thousands to one key slows nothing down. */
export function createMultimap(): Index {
  const held = new Map<string, string | Set<string>>();

  function textsOf(key: string): Iterable<string> {
    const texts = held.get(key);
    if (texts === undefined) return [];
    return typeof texts === "string" ? [texts] : texts;
  }

  return {
    count(key) {
      const texts = held.get(key);
      if (texts === undefined) return 0;
      return typeof texts === "string" ? 1 : texts.size;
    },
    oldest(key) {
      for (const text of textsOf(key)) return text;
      return undefined;
    },
    add(key, text) {
      const texts = held.get(key);
      if (texts === undefined) held.set(key, text);
      else if (typeof texts !== "string") texts.add(text);
      else if (texts !== text) held.set(key, new Set([texts, text]));
    },
    remove(key, text) {
      const texts = held.get(key);
      if (typeof texts === "object") {
        texts.delete(text);
        if (texts.size === 0) held.delete(key);
      } else if (texts === text) {
        held.delete(key);
      }
    },
    take(key) {
      const texts = textsOf(key);
      held.delete(key);
      return texts;
    },
    clear: () => held.clear(),
  };
}
