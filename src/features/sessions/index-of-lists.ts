/** Lists of different texts under keys. A key without texts is not held. */
export interface Index {
  /** The texts under a key, the one added first in front. Changes with the index. */
  of(key: string): readonly string[];
  add(key: string, text: string): void;
  remove(key: string, text: string): void;
  clear(): void;
}

const nothing: readonly string[] = [];

/** An empty index. Arrays take a third of the memory of sets, and these are short. */
export function createIndex(): Index {
  const lists = new Map<string, string[]>();
  return {
    of: (key) => lists.get(key) ?? nothing,
    add(key, text) {
      const list = lists.get(key);
      if (list) list.push(text);
      else lists.set(key, [text]);
    },
    remove(key, text) {
      const list = lists.get(key);
      const place = list?.indexOf(text) ?? -1;
      if (!list || place < 0) return;
      if (list.length === 1) lists.delete(key);
      else list.splice(place, 1);
    },
    clear: () => lists.clear(),
  };
}
