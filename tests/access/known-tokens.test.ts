import { expect, test } from "bun:test";
import fc from "fast-check";

import {
  createTokenCache,
  type CachedToken,
  type TokenCache,
} from "../../src/features/access/token-cache.ts";
import type { Change } from "../../src/platform/db/change-feed.ts";

/** What is known of a token of a session; nobody here looks at the rest. */
function known(sessionId: string, userId: string, weight = 1): CachedToken {
  return {
    actor: {
      kind: "user",
      userId,
      sessionId,
      email: "ada@example.com",
      username: null,
      name: null,
      emailVerified: true,
      permissions: [],
      roles: ["user"],
      amr: [],
      profile: { phone: null, avatarUrl: null, locale: null, metadata: {} },
      tokenExpiresAt: new Date(0),
    },
    validUntil: 0,
    keyRevision: 0,
    weight,
    notedAsUsedAt: 0,
  };
}

function createScene(limit = 100) {
  const tokens = createTokenCache(limit);
  return {
    tokens,
    keep(token: string, sessionId: string, userId = `user of ${sessionId}`, weight = 1) {
      const reading = tokens.beginReading(sessionId, userId);
      tokens.keep(reading, token, known(sessionId, userId, weight));
      tokens.endReading(reading);
    },
    held: (names: string) => [...names].filter((name) => tokens.find(name)).join(""),
  };
}

const all: Change = { subject: "all", id: "" };

test("a change of a session, a user or of anything makes its tokens unknown, and no others", () => {
  const { tokens, keep, held } = createScene();
  keep("a", "1", "ada");
  keep("b", "1", "ada");
  keep("c", "2", "ada");
  keep("d", "3", "bob");
  tokens.forget({ subject: "session", id: "1" });
  expect(held("abcd")).toBe("cd");
  keep("a", "1", "ada");
  tokens.forget({ subject: "user", id: "ada" });
  expect(held("abcd")).toBe("d");
  tokens.forget({ subject: "session", id: "of nobody" });
  tokens.forget({ subject: "user", id: "nobody" });
  tokens.forget({ subject: "keys", id: "any" });
  expect(held("abcd")).toBe("d");
  tokens.forget(all);
  expect([held("abcd"), tokens.size]).toEqual(["", 0]);
});

test("what roles allow is in every token: none is known once that has changed", () => {
  const { tokens, keep, held } = createScene();
  keep("a", "1", "ada");
  keep("b", "2", "bob");
  const reading = tokens.beginReading("3", "eve");
  tokens.forget({ subject: "roles", id: "" });
  tokens.keep(reading, "c", known("3", "eve"));
  expect([held("abc"), tokens.size]).toEqual(["", 0]);
});

// The race: the database is asked, then the session ends, then the old answer arrives.
test("what was read while it changed is not kept, by whichever name it was told", () => {
  const changes: readonly (readonly [Change, boolean])[] = [
    [{ subject: "session", id: "1" }, false],
    [{ subject: "user", id: "ada" }, false],
    [all, false],
    [{ subject: "session", id: "2" }, true],
    [{ subject: "user", id: "bob" }, true],
    [{ subject: "keys", id: "" }, true],
  ];
  for (const [change, isKept] of changes) {
    const { tokens } = createScene();
    const reading = tokens.beginReading("1", "ada");
    tokens.forget(change);
    tokens.keep(reading, "a", known("1", "ada"));
    expect([change, tokens.find("a") !== undefined]).toEqual([change, isKept]);
  }
});

test("each reading is judged by itself: one that began afterwards is kept", () => {
  const { tokens } = createScene();
  const before = tokens.beginReading("1", "ada");
  tokens.forget({ subject: "session", id: "1" });
  const after = tokens.beginReading("1", "ada");
  tokens.keep(after, "new", known("1", "ada"));
  tokens.keep(before, "old", known("1", "ada"));
  expect([tokens.find("new") !== undefined, tokens.find("old")]).toEqual([true, undefined]);
});

// The attack: to fill the memory, or to push out everybody else's tokens by refreshing one session without end.
test("the number of tokens is bounded, and of one session by far more closely", () => {
  const { tokens, keep, held } = createScene(10);
  for (const name of "abcdefghijklm") keep(name, `session of ${name}`);
  expect([held("abcdefghijklm"), tokens.size]).toEqual(["defghijklm", 10]);
  for (let turn = 0; turn < 1000; turn += 1) keep(`${turn}`, "one session");
  expect(held("lm")).toBe("lm");
  expect(tokens.size).toBe(10);
  expect(Array.from({ length: 8 }, (_, index) => tokens.find(`${992 + index}`))).not.toContain(
    undefined,
  );
});

// The attack: to fill the memory with few tokens, each of a user of whom there is as much to remember as can be.
test("a token of which much is to be remembered takes the place of several", () => {
  const { tokens, keep, held } = createScene(10);
  for (const name of "abcdefghij") keep(name, `session of ${name}`);
  keep("k", "session of k", "ada", 9);
  expect(held("abcdefghijk")).toBe("jk");
  tokens.forget({ subject: "user", id: "ada" });
  for (const name of "abcdefghi") keep(name, `session of ${name}`);
  expect(held("abcdefghijk")).toBe("abcdefghij");
  keep("k", "session of k", "ada", 11);
  expect(tokens.size).toBe(0);
});

test("50,000 tokens leave the newest 20,000, and forgetting every user leaves nothing", () => {
  const { tokens, keep } = createScene(20_000);
  for (let turn = 0; turn < 50_000; turn += 1) {
    keep(`token ${turn}`, `session ${turn >> 1}`, `user ${turn >> 3}`);
  }
  expect(tokens.size).toBe(20_000);
  expect(tokens.find("token 29999")).toBeUndefined();
  expect(tokens.find("token 30000")).toBeDefined();
  for (let user = 0; user < 50_000 / 8; user += 1) {
    tokens.forget({ subject: "user", id: `user ${user}` });
  }
  expect(tokens.size).toBe(0);
});

interface Kept {
  readonly token: string;
  readonly session: number;
}

const userOf = (session: number) => session % 2;
const step = fc.oneof(
  fc.record({ do: fc.constant("begin" as const), session: fc.nat(4) }),
  fc.record({ do: fc.constant("keep" as const), reading: fc.nat(5), token: fc.nat(3) }),
  fc.record({ do: fc.constant("session" as const), session: fc.nat(4) }),
  fc.record({ do: fc.constant("user" as const), user: fc.nat(1) }),
  fc.record({ do: fc.constant("all" as const) }),
);

test("after any sequence of readings and changes it holds what a plain list would", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const limit = 5;
      const tokens = createTokenCache(limit);
      let kept: Kept[] = [];
      let readings: {
        real: ReturnType<typeof tokens.beginReading>;
        session: number;
        isVoid: boolean;
      }[] = [];
      const concerned = (matches: (session: number) => boolean) => {
        kept = kept.filter(({ session }) => !matches(session));
        for (const reading of readings) reading.isVoid ||= matches(reading.session);
      };
      for (const now of steps) {
        if (now.do === "begin") {
          const real = tokens.beginReading(`s${now.session}`, `u${userOf(now.session)}`);
          readings.push({ real, session: now.session, isVoid: false });
        } else if (now.do === "keep") {
          const reading = readings[now.reading];
          if (!reading) continue;
          const { session } = reading;
          // A token is of one session for ever.
          const token = `${session}.${now.token}`;
          tokens.keep(reading.real, token, known(`s${session}`, `u${userOf(session)}`));
          tokens.endReading(reading.real);
          readings = readings.filter((other) => other !== reading);
          if (reading.isVoid) continue;
          kept = [...kept.filter((other) => other.token !== token), { token, session }];
          kept = kept.slice(-limit);
        } else if (now.do === "session") {
          concerned((session) => session === now.session);
          tokens.forget({ subject: "session", id: `s${now.session}` });
        } else if (now.do === "user") {
          concerned((session) => userOf(session) === now.user);
          tokens.forget({ subject: "user", id: `u${now.user}` });
        } else {
          concerned(() => true);
          tokens.forget(all);
        }
        expect(tokens.size).toBe(kept.length);
        for (const { token } of kept) expect(tokens.find(token)).toBeDefined();
      }
    }),
    { numRuns: 2000 },
  );
});

// The attack: an account with thousands of sessions is signed out, while everybody else waits, and the lease runs out.
test("forgetting an account of 20,000 sessions takes about as long as forgetting 20,000 accounts", () => {
  function timeOf(userOfTurn: (turn: number) => string, forget: (tokens: TokenCache) => void) {
    const rounds = Array.from({ length: 5 }, () => {
      const { tokens, keep } = createScene(20_000);
      for (let turn = 0; turn < 20_000; turn += 1) keep(`t${turn}`, `s${turn}`, userOfTurn(turn));
      const began = performance.now();
      forget(tokens);
      expect(tokens.size).toBe(0);
      return performance.now() - began;
    });
    return Math.min(...rounds);
  }
  const many = timeOf(
    (turn) => `user ${turn}`,
    (tokens) => {
      for (let turn = 0; turn < 20_000; turn += 1) {
        tokens.forget({ subject: "user", id: `user ${turn}` });
      }
    },
  );
  const atOnce = timeOf(
    () => "ada",
    (tokens) => tokens.forget({ subject: "user", id: "ada" }),
  );
  const oneByOne = timeOf(
    () => "ada",
    (tokens) => {
      for (let turn = 19_999; turn >= 0; turn -= 1) {
        tokens.forget({ subject: "session", id: `s${turn}` });
      }
    },
  );
  expect(Math.max(atOnce, oneByOne)).toBeLessThan(4 * many);
});
