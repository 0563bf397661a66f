import { expect, test } from "bun:test";
import fc from "fast-check";

import { createEntryIndex } from "../../src/features/access/entry-index.ts";
import { createSharedLists } from "../../src/features/access/shared-lists.ts";
import { createSieve, type SieveEntry } from "../../src/features/access/sieve.ts";
import { createCacheScene, foundSession } from "../support/cached-session.ts";

const kibibyte = 1024;
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

// The attack: many tokens fill the memory, or evict the tokens of all other users.
test("the cache stays within its size, however many tokens are read", () => {
  const { cache, read, held } = createCacheScene(64 * kibibyte);
  for (const turn of numbers(1000)) read(`t${turn}`, foundSession(`s${turn}`));
  expect(cache.size).toBeWithin(60, 100);
  expect(held(numbers(20).map((turn) => `t${980 + turn}`))).toHaveLength(20);
});

test("one-time tokens, ten times as many as the cache has room for, evict no token in use", () => {
  const { cache, read, held } = createCacheScene(64 * kibibyte);
  const inUse = numbers(20).map((turn) => `in use ${turn}`);
  for (const token of inUse) read(token, foundSession(token));
  for (const turn of numbers(1000)) {
    read(`t${turn}`, foundSession(`s${turn}`));
    if (turn % 10 === 0) expect(held(inUse)).toEqual(inUse);
  }
  expect(cache.size).toBeLessThan(100);
});

// The attack: one session is refreshed without limit, to evict the tokens of all others.
test("the eight newest tokens of a session are cached, and they evict no other session's tokens", () => {
  const { cache, read, addTo, held } = createCacheScene(64 * kibibyte);
  const others = numbers(40).map((turn) => `t${turn}`);
  for (const token of others) read(token, foundSession(token));
  read("first", foundSession("one"));
  for (const turn of numbers(1000)) expect(addTo("one", `refreshed ${turn}`)).toBe(true);
  expect(held(others)).toEqual(others);
  expect(cache.size).toBe(48);
  expect(held(["first", "refreshed 991"])).toEqual([]);
  expect(held(numbers(8).map((turn) => `refreshed ${992 + turn}`))).toHaveLength(8);
});

// The attack: few tokens fill the memory, each of a user with the largest possible profile.
test("a user with a large profile takes the room of several, and one who would take all of it is not cached", () => {
  const { cache, read, held } = createCacheScene(64 * kibibyte);
  const name = (characters: number) => ({ facts: { name: "x".repeat(characters) } });
  for (const turn of numbers(1000))
    read(`t${turn}`, foundSession(`s${turn}`, `u${turn}`, name(5000)));
  expect(cache.size).toBeWithin(8, 12);
  for (const roles of [["Ω".repeat(4000)], numbers(100).map((turn) => `role ${turn}`)]) {
    read("many roles", foundSession("many roles", "ada", { roles }));
    expect(held(["many roles"])).toEqual(["many roles"]);
  }
  const before = cache.size;
  read("all", foundSession("all", "eve", name(60 * kibibyte)));
  expect([held(["all"]), cache.size]).toEqual([[], before]);
});

test("after everything was dropped there is room for as many tokens as before", () => {
  const { cache, read } = createCacheScene(64 * kibibyte);
  const sizes = numbers(4).map((round) => {
    for (const turn of numbers(300))
      read(`${round} ${turn}`, foundSession(`${turn}`, `${turn % 50}`));
    const { size } = cache;
    if (round === 0)
      for (const user of numbers(50)) cache.forget({ subject: "user", id: `${user}` });
    else if (round === 1) {
      for (const session of numbers(300)) cache.forget({ subject: "session", id: `${session}` });
    } else cache.forget({ subject: "all", id: "" });
    expect(cache.size).toBe(0);
    return size;
  });
  expect(new Set(sizes).size).toBe(1);
});

test("users with the same roles and permissions share their lists", () => {
  const { cache, read } = createCacheScene();
  read("a", foundSession("1", "ada", { roles: ["user", "editor"], permissions: ["posts:write"] }));
  read("b", foundSession("2", "bob", { roles: ["user", "editor"], permissions: ["posts:write"] }));
  const [ada, bob] = [cache.find("a")?.actor, cache.find("b")?.actor];
  expect(ada?.roles).toBe(bob?.roles ?? []);
  expect(ada?.permissions).toBe(bob?.permissions ?? []);
  const lists = createSharedLists();
  expect(lists.share(["a,b"]).list).not.toEqual(lists.share(["a", "b"]).list);
});

test("a cached token gives the same actor object each time, so that its rendered form can be cached", () => {
  const { cache, read } = createCacheScene();
  read("a", foundSession("1", "ada"));
  const actor = cache.find("a")?.actor;
  expect(cache.find("a")?.actor).toBe(actor ?? expect.unreachable());
});

interface Named extends SieveEntry<Named> {
  readonly name: string;
}

const named = (name: string): Named => ({ name, isVisited: false, newer: null, older: null });

test("a sieve evicts what was not used since the hand passed, the oldest first", () => {
  const sieve = createSieve<Named>();
  const [a, b, c, d] = ["a", "b", "c", "d"].map(named) as [Named, Named, Named, Named];
  for (const entry of [a, b, c]) sieve.add(entry);
  a.isVisited = true;
  expect(sieve.findVictim()?.name).toBe("b");
  expect([a.isVisited, sieve.findVictim()?.name]).toEqual([false, "b"]);
  sieve.remove(b);
  sieve.add(d);
  // The hand continues from where it stopped.
  expect(sieve.findVictim()?.name).toBe("c");
  for (const entry of [a, c, d]) entry.isVisited = true;
  expect(sieve.findVictim()?.name).toBe("c");
  for (const entry of [c, a, d]) sieve.remove(entry);
  expect(sieve.findVictim()).toBeNull();
});

test("an index finds the same as a map, after any sequence of additions and removals", () => {
  const operation = fc.record({ key: fc.nat(40), isRemoved: fc.boolean() });
  fc.assert(
    fc.property(
      fc.array(operation, { maxLength: 200 }),
      fc.integer({ min: 1, max: 40 }),
      (operations, hashes) => {
        // Few hashes, some of them negative, some at the end of the table, so that entries collide.
        const index = createEntryIndex<number, { key: number }>({
          hashOf: (key) => (key % hashes) - 3,
          keyOf: ({ key }) => key,
          hasKey: (entry, key) => entry.key === key,
        });
        const map = new Map<number, { key: number }>();
        for (const { key, isRemoved } of operations) {
          const known = map.get(key);
          if (isRemoved && known) {
            index.remove(known);
            map.delete(key);
          } else if (!isRemoved && !known) {
            const entry = { key };
            index.add(entry);
            map.set(key, entry);
          }
          expect(index.size).toBe(map.size);
        }
        for (let key = 0; key <= 40; key += 1) expect(index.find(key)).toBe(map.get(key) ?? null);
        expect([...index.entries()].toSorted((one, other) => one.key - other.key)).toEqual(
          [...map.values()].toSorted((one, other) => one.key - other.key),
        );
        index.clear();
        expect([index.size, index.find(1)]).toEqual([0, null]);
      },
    ),
    { numRuns: 500 },
  );
});
