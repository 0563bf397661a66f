/** Lists of names of which each is held once: most users have the roles and permissions of many others. */
export interface SharedLists {
  /** The held list of these names, and whether it was held before. */
  share(names: readonly string[]): { list: readonly string[]; isShared: boolean };
  clear(): void;
}

/** Of how many lists equal ones are looked for. Beyond that it begins anew: a list that is held twice does no harm. */
const maximumLists = 1000;

/** Holds no list yet. */
export function createSharedLists(): SharedLists {
  const lists = new Map<string, readonly string[]>();
  return {
    share(names) {
      const key = JSON.stringify(names);
      const known = lists.get(key);
      if (known) return { list: known, isShared: true };
      if (lists.size >= maximumLists) lists.clear();
      lists.set(key, names);
      return { list: names, isShared: false };
    },
    clear: () => lists.clear(),
  };
}
