import type { Db } from "../../src/platform/db/port.ts";

/** What a query is begun with: `select` and its columns, `with` and its parts … */
export type IsMeant = (method: string, given: readonly unknown[]) => boolean;

/** The same database, but that `before` happens before each of the queries that are meant is sent. */
export function beforeQuery(db: Db, isMeant: IsMeant, before: () => Promise<unknown>): Db {
  return new Proxy(db, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== "function") return member;
      return (...given: unknown[]) => {
        const result: unknown = Reflect.apply(member, target, given);
        return isMeant(String(key), given) ? delayed(Object(result), before) : result;
      };
    },
  });
}

/** A query under construction, which is sent when it is awaited. */
function delayed(query: object, before: () => Promise<unknown>): object {
  return new Proxy(query, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== "function") return member;
      return (...given: unknown[]) => {
        const next = (): unknown => Reflect.apply(member, target, given);
        return isSending(key) ? before().then(next) : delayed(Object(next()), before);
      };
    },
  });
}

function isSending(key: string | symbol): boolean {
  return key === "then" || key === "catch" || key === "finally";
}
