import { expect, test } from "bun:test";

import { createFailureBuffer } from "../../src/platform/failures/failure-buffer.ts";
import type { AttemptTally, FailedAttempt } from "../../src/platform/failures/port.ts";

const minute = 60_000;
/** The beginning of a minute. */
const start = Date.UTC(2026, 0, 1);

let lastId = 0;

function attempt(change: Partial<FailedAttempt> = {}): FailedAttempt {
  lastId += 1;
  return {
    id: `attempt ${lastId}`,
    at: new Date(start),
    action: "user.login",
    actorKind: "anonymous",
    actorId: null,
    userId: null,
    sessionId: null,
    amr: null,
    ipAddress: "192.0.2.1",
    userAgent: null,
    requestId: `request ${lastId}`,
    detail: { reason: "unknown_account" },
    ...change,
  };
}

const junk = { source: "192.0.2.1", subject: null, kind: "junk" };

function countsOf(tallies: readonly AttemptTally[]): number[] {
  return tallies.map(({ count }) => count);
}

function total(tallies: readonly AttemptTally[]): number {
  return countsOf(tallies).reduce((sum, count) => sum + count, 0);
}

// security 149
test("attempts of one source are one row a minute for each kind, once the minute is over", () => {
  const buffer = createFailureBuffer();
  for (let count = 0; count < 10_000; count += 1) {
    buffer.add(attempt({ at: new Date(start + count) }), junk);
  }
  buffer.add(attempt(), { ...junk, kind: "other junk" });
  buffer.add(attempt(), { ...junk, source: "192.0.2.2" });
  expect(buffer.take(new Date(start + minute - 1), false)).toEqual([]);
  const taken = buffer.take(new Date(start + minute), false);
  expect(countsOf(taken)).toEqual([10_000, 1, 1]);
  expect(taken[0]).toMatchObject({ by: "source", lastAt: new Date(start + 9_999) });
  expect(buffer.take(new Date(start + 9 * minute), true)).toEqual([]);
});

// security 149
test("on a known account the first ten attempts of a minute have rows of their own", () => {
  const buffer = createFailureBuffer();
  const wrong = { ...junk, subject: "account", kind: "wrong password" };
  for (let count = 0; count < 100; count += 1) buffer.add(attempt({ userId: "account" }), wrong);
  expect(countsOf(buffer.take(new Date(start), false))).toEqual(
    Array.from({ length: 10 }, () => 1),
  );
  const [tally, ...others] = buffer.take(new Date(start + minute), false);
  expect([tally?.by, tally?.count, tally?.first.userId, others]).toEqual([
    "subject",
    90,
    "account",
    [],
  ]);
  // Another minute.
  buffer.add(attempt({ userId: "account", at: new Date(start + minute) }), wrong);
  expect(countsOf(buffer.take(new Date(start + minute), false))).toEqual([1]);
});

// Attack: a wrong password for each of a thousand known addresses.
// security 149
test("attempts of one source on many accounts are at most 30 rows of their own a minute, and one that lists 20 of the others", () => {
  const buffer = createFailureBuffer();
  for (let account = 0; account < 1_000; account += 1) {
    const userId = `account ${account}`;
    buffer.add(attempt({ userId }), { ...junk, subject: userId, kind: "wrong password" });
  }
  expect(buffer.take(new Date(start), false)).toHaveLength(30);
  const [tally, ...others] = buffer.take(new Date(start + minute), false);
  expect([tally?.count, tally?.by, others]).toEqual([970, "source", []]);
  expect(tally?.userIds).toEqual(Array.from({ length: 20 }, (_, index) => `account ${index + 30}`));
});

// Attack: an address of its own for each request.
// security 149
test("of any number of sources 5,000 are counted a minute each, and the rest together", () => {
  const buffer = createFailureBuffer();
  const sources = 20_000;
  for (let source = 0; source < sources; source += 1) {
    buffer.add(attempt(), { ...junk, source: `source ${source}` });
  }
  const taken = buffer.take(new Date(start + minute), false);
  expect(taken).toHaveLength(5_001);
  expect(total(taken)).toBe(sources);
  expect(taken.at(-1)).toMatchObject({ by: "other sources", count: sources - 5_000 });

  for (let source = 0; source < sources; source += 1) {
    const userId = `account ${source}`;
    buffer.add(attempt({ userId }), { source: userId, subject: userId, kind: "wrong password" });
  }
  // Once a second.
  expect(buffer.take(new Date(start), false)).toHaveLength(200);
  const rest = buffer.take(new Date(start), true);
  expect([rest.length, total(rest)]).toEqual([5_001, sources - 200]);
});

// Bad day: the database does not respond for an hour, while the flood continues.
test("what cannot be written is kept once, and written first", () => {
  const buffer = createFailureBuffer();
  for (let passed = 0; passed < 60; passed += 1) {
    const now = new Date(start + passed * minute);
    for (let source = 0; source < 200; source += 1) {
      buffer.add(attempt({ at: now }), { ...junk, source: `source ${source}` });
    }
    buffer.putBack(buffer.take(now, false));
  }
  const first = buffer.take(new Date(start + 61 * minute), false);
  const second = buffer.take(new Date(start + 61 * minute), false);
  expect(total(first) + total(second)).toBe(60 * 200);
  expect(first.length + second.length).toBeLessThanOrEqual(10_002);
  expect(buffer.take(new Date(start + 61 * minute), true)).toEqual([]);
});
