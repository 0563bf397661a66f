import { describe, expect, test } from "bun:test";
import fc from "fast-check";

import type { Change } from "../../src/platform/db/change-feed.ts";
import { createCacheScene, foundSession } from "../support/cached-session.ts";

const all: Change = { subject: "all", id: "" };

test("a change of a session, a user or of everything drops its tokens, and no others", () => {
  const { cache, read, held } = createCacheScene();
  read("a", foundSession("1", "ada"));
  read("b", foundSession("1", "ada"));
  read("c", foundSession("2", "ada"));
  read("d", foundSession("3", "bob"));
  cache.forget({ subject: "session", id: "1" });
  expect(held("abcd")).toEqual(["c", "d"]);
  expect(cache.findSession("1")).toBeNull();
  read("a", foundSession("1", "ada"));
  cache.forget({ subject: "user", id: "ada" });
  expect(held("abcd")).toEqual(["d"]);
  expect([cache.findSession("1"), cache.findSession("2")]).toEqual([null, null]);
  cache.forget({ subject: "session", id: "of no one" });
  cache.forget({ subject: "user", id: "no one" });
  cache.forget({ subject: "keys", id: "any" });
  expect(held("abcd")).toEqual(["d"]);
  cache.forget(all);
  expect([held("abcd"), cache.size, cache.findSession("3")]).toEqual([[], 0, null]);
});

test("equal roles of a user keep the user's other sessions, also when many lists are known", () => {
  const { read, held } = createCacheScene(2 ** 24);
  const roles = ["user", "admin"];
  read("a", foundSession("1", "ada", { roles }));
  for (let number = 0; number < 1100; number += 1) {
    read(`t${number}`, foundSession(`s${number}`, `u${number}`, { roles: [`role-${number}`] }));
  }
  read("b", foundSession("2", "ada", { roles: [...roles] }));
  expect(held("ab")).toEqual(["a", "b"]);
});

test("a change of what roles allow drops every token, and invalidates every reading", () => {
  const { cache, read, held } = createCacheScene();
  read("a", foundSession("1", "ada"));
  read("b", foundSession("2", "bob"));
  const reading = cache.beginReading("3", "eve");
  cache.forget({ subject: "roles", id: "" });
  expect(cache.keep(reading, foundSession("3", "eve")).isHeld).toBe(false);
  expect([held("ab"), cache.size, cache.findSession("3")]).toEqual([[], 0, null]);
});

// The race: the database is asked, then the session ends, then the old response arrives.
test("a session that changed while it was read is not cached, whichever subject announces the change", () => {
  const changes: readonly (readonly [Change, boolean])[] = [
    [{ subject: "session", id: "1" }, false],
    [{ subject: "user", id: "ada" }, false],
    [all, false],
    [{ subject: "session", id: "2" }, true],
    [{ subject: "user", id: "bob" }, true],
    [{ subject: "keys", id: "" }, true],
  ];
  for (const [change, isKept] of changes) {
    const { cache } = createCacheScene();
    const reading = cache.beginReading("1", "ada");
    cache.forget(change);
    expect([change, cache.keep(reading, foundSession("1", "ada")).isHeld]).toEqual([
      change,
      isKept,
    ]);
  }
});

test("a reading that began after the change is cached, one that began before is not", () => {
  const { cache } = createCacheScene();
  const before = cache.beginReading("1", "ada");
  cache.forget({ subject: "session", id: "1" });
  const after = cache.beginReading("1", "ada");
  const [kept, old] = [after, before].map((each) => cache.keep(each, foundSession("1", "ada")));
  expect([kept?.isHeld, old?.isHeld]).toEqual([true, false]);
});

// The race: a cached session ends, and only then a token that was verified for it is added.
test("a token is not added to a session that has been dropped since", () => {
  const { cache, read, held } = createCacheScene();
  read("a", foundSession("1", "ada"));
  for (const change of [{ subject: "session", id: "1" } as const, all]) {
    read("a", foundSession("1", "ada"));
    const session = cache.findSession("1");
    cache.forget(change);
    if (session) cache.add("b", { session, grant: null, expiresAt: 1e9, keyRevision: 0 });
    expect([session === null, held("ab"), cache.size]).toEqual([false, [], 0]);
  }
});

test("a token that was just used is dropped like any other", () => {
  const { cache, read, held } = createCacheScene();
  for (const subject of ["session", "user", "roles", "all"] as const) {
    read("a", foundSession("1", "1"));
    for (let use = 0; use < 3; use += 1) expect(held("a")).toEqual(["a"]);
    cache.forget({ subject, id: "1" });
    expect(held("a")).toEqual([]);
  }
});

describe("while the change feed is not live", () => {
  test("no token and no session is found, and nothing is added", () => {
    let isLive = true;
    const { cache, read, held } = createCacheScene(2 ** 20, () => isLive);
    read("a", foundSession("1", "ada"));
    expect(held("a")).toEqual(["a"]);
    isLive = false;
    expect([held("a"), cache.findSession("1")]).toEqual([[], null]);
    read("b", foundSession("2", "bob"));
    isLive = true;
    expect([held("ab"), cache.findSession("2")]).toEqual([["a"], null]);
  });
});

// The race: a user changes, and of two readings of two sessions the one that saw the change is cached first. Which of them
// is newer is not known, so neither session takes what the other has read.
test("readings of one user that differ share nothing: the session that was read before is read again", () => {
  const { cache, read, held } = createCacheScene();
  const admin = foundSession("1", "ada", { roles: ["user", "admin"] });
  read("a", admin);
  read("b", foundSession("2", "ada"));
  expect(held("ab")).toEqual(["b"]);
  expect(cache.find("b")?.actor.roles).toEqual(["user"]);
  read("a", admin);
  expect(held("ab")).toEqual(["a"]);
  read("b", foundSession("2", "ada", { facts: { name: "Ada" }, roles: ["user", "admin"] }));
  expect(held("ab")).toEqual(["b"]);
  read(
    "c",
    foundSession("2", "ada", { facts: { name: "Ada" }, roles: ["user"], permissions: ["x"] }),
  );
  expect(held("abc")).toEqual(["c"]);
});

test("a session that is read again with another end replaces the cached one", () => {
  const { cache, read, held } = createCacheScene();
  read("a", foundSession("1", "ada", { endsAt: 5000 }));
  expect(cache.find("a")?.validUntil).toBe(5000);
  read("b", foundSession("1", "ada", { endsAt: 9000 }));
  expect([held("ab"), cache.findSession("1")?.endsAt]).toEqual([["b"], 9000]);
});

const userOf = (session: number) => session % 2;
const step = fc.oneof(
  fc.record({ do: fc.constant("begin" as const), session: fc.nat(4) }),
  fc.record({ do: fc.constant("keep" as const), reading: fc.nat(5), token: fc.nat(3) }),
  fc.record({ do: fc.constant("add" as const), session: fc.nat(4), token: fc.nat(3) }),
  fc.record({ do: fc.constant("use" as const), session: fc.nat(4), token: fc.nat(3) }),
  fc.record({ do: fc.constant("session" as const), session: fc.nat(4) }),
  fc.record({ do: fc.constant("user" as const), user: fc.nat(1) }),
  fc.record({ do: fc.constant("all" as const) }),
);

test("after any sequence of readings, uses and changes the cache equals a plain list", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { cache, addTo } = createCacheScene();
      const sessions = new Set<number>();
      const tokens = new Map<string, number>();
      let readings: { real: ReturnType<typeof cache.beginReading>; of: number; isVoid: boolean }[] =
        [];
      const concerned = (matches: (session: number) => boolean) => {
        for (const session of sessions) if (matches(session)) sessions.delete(session);
        for (const [token, session] of tokens) if (matches(session)) tokens.delete(token);
        for (const reading of readings) reading.isVoid ||= matches(reading.of);
      };
      for (const now of steps) {
        if (now.do === "begin") {
          const real = cache.beginReading(`s${now.session}`, `u${userOf(now.session)}`);
          readings.push({ real, of: now.session, isVoid: false });
        } else if (now.do === "keep") {
          const reading = readings[now.reading];
          if (!reading) continue;
          const { of } = reading;
          cache.keep(reading.real, foundSession(`s${of}`, `u${userOf(of)}`));
          cache.endReading(reading.real);
          readings = readings.filter((other) => other !== reading);
          if (!reading.isVoid) sessions.add(of);
        } else if (now.do === "add") {
          const isHeld = addTo(`s${now.session}`, `${now.session}.${now.token}`);
          expect(isHeld).toBe(sessions.has(now.session));
          if (isHeld) tokens.set(`${now.session}.${now.token}`, now.session);
        } else if (now.do === "use") {
          cache.find(`${now.session}.${now.token}`);
        } else if (now.do === "session") {
          concerned((session) => session === now.session);
          cache.forget({ subject: "session", id: `s${now.session}` });
        } else if (now.do === "user") {
          concerned((session) => userOf(session) === now.user);
          cache.forget({ subject: "user", id: `u${now.user}` });
        } else {
          concerned(() => true);
          cache.forget(all);
        }
        expect(cache.size).toBe(tokens.size);
        for (let session = 0; session < 5; session += 1) {
          for (let token = 0; token < 4; token += 1) {
            const found = cache.find(`${session}.${token}`);
            expect(found !== null).toBe(tokens.has(`${session}.${token}`));
            if (found) expect(found.actor.sessionId).toBe(`s${session}`);
          }
        }
      }
    }),
    { numRuns: 1000 },
  );
});

// The attack: a user with thousands of sessions is signed out. Each is dropped without a search through the others.
test("dropping a user with 20,000 sessions, at once or one by one, leaves nothing", () => {
  for (const isAtOnce of [true, false]) {
    const { cache, read } = createCacheScene(2 ** 26);
    for (let turn = 0; turn < 20_000; turn += 1) read(`t${turn}`, foundSession(`s${turn}`, "ada"));
    expect(cache.size).toBe(20_000);
    if (isAtOnce) cache.forget({ subject: "user", id: "ada" });
    else {
      for (let turn = 19_999; turn >= 0; turn -= 1) {
        cache.forget({ subject: "session", id: `s${turn}` });
      }
    }
    expect(cache.size).toBe(0);
  }
});
