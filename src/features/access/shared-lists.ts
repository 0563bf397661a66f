import type { Rights } from "./cached-records.ts";

/** Lists of names, of which equal ones are stored once: many users have the same roles and permissions. */
export interface SharedLists {
  /** The stored list of these names, and whether it was stored before. */
  share(names: readonly string[]): { list: readonly string[]; isShared: boolean };
  clear(): void;
}

/** Whether two lists have the same names in the same order. Equal lists may be stored twice, see `maximumLists`. */
export function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return (
    one === other || (one.length === other.length && one.every((name, at) => name === other[at]))
  );
}

/** Whether two users may do the same. */
export function isSameRights(one: Rights | null, other: Rights | null): boolean {
  if (one === null || other === null) return one === other;
  return isSameList(one.roles, other.roles) && isSameList(one.permissions, other.permissions);
}

/** At more lists than this all are removed: lists that are in use stay, and equal ones may then be stored twice. */
const maximumLists = 1000;

/** Empty. */
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
