import { afterEach, expect, setSystemTime, test } from "bun:test";

import type { Answer } from "../support/http-call.ts";
import { freshEmail, goodPassword, registerVerified } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";
import { type HasherWork, watchHasher } from "../support/watch-hasher.ts";
import { visibleResponse } from "../support/visible-response.ts";

const app = useTestApp({
  overrides: {
    onStatement: () => {
      statements += 1;
    },
  },
});
let statements = 0;

afterEach(() => {
  setSystemTime();
});

const password = "Another-password-1!";

/** A user for whom no password is right, because of `change`, as columns of the user's row. */
async function userWith(change: string, username: string): Promise<string> {
  const { userId, email } = await registerVerified(app, { username });
  await app.rows(`update users set ${change} where id = '${userId}'`);
  return email;
}

/** All who cannot sign in with `password`, by the reason. The right one is tried where there was one. */
async function everyFailure(): Promise<
  Record<string, { email: string; username: string; password: string }>
> {
  const known = await registerVerified(app, { username: "known" });
  return {
    unknown: { email: freshEmail(), username: "unknown", password },
    "wrong password": { email: known.email, username: "known", password },
    deleted: {
      email: await userWith("deleted_at = now()", "deleted"),
      username: "deleted",
      password: goodPassword,
    },
    disabled: {
      email: await userWith("disabled_at = now()", "disabled"),
      username: "disabled",
      password: goodPassword,
    },
    "disabled, with a wrong password": {
      email: await userWith("disabled_at = now()", "disabled-too"),
      username: "disabled-too",
      password,
    },
    "without a password": {
      email: await userWith("password_hash = null", "passwordless"),
      username: "passwordless",
      password: goodPassword,
    },
    "an empty hash": {
      email: await userWith("password_hash = ''", "emptied"),
      username: "emptied",
      password: goodPassword,
    },
    "a hash that is none": {
      email: await userWith("password_hash = '!' || password_hash", "blocked"),
      username: "blocked",
      password: goodPassword,
    },
    "a password that cannot be": {
      email: known.email,
      username: "known",
      password: "\u0000\ud800",
    },
    "no password": { email: known.email, username: "known", password: "" },
  };
}

/** What an attempt costs. The least of three, for a worker may ask for its messages meanwhile. */
async function effortOf(
  attempt: () => Promise<Answer>,
  work: HasherWork,
): Promise<{ statements: number; comparisons: number }> {
  const counts: number[] = [];
  const compared = work.compared.length;
  for (let round = 0; round < 3; round += 1) {
    const before = statements;
    await attempt();
    counts.push(statements - before);
  }
  return { statements: Math.min(...counts), comparisons: (work.compared.length - compared) / 3 };
}

// security 9, 12
test("every failed sign-in gets the same response to the byte, after the same work", async () => {
  const failures = Object.entries(await everyFailure());
  const work = watchHasher(app);
  setSystemTime(new Date("2026-10-01T12:00:00Z"));

  const seen = new Map<string, string[]>();
  for (const [reason, { email, username, password: tried }] of failures) {
    for (const identifier of [{ email }, { username }]) {
      const attempt = () => app.post("/api/v1/auth/login", { ...identifier, password: tried });
      expect([reason, await effortOf(attempt, work)]).toEqual([
        reason,
        { statements: 2, comparisons: 1 },
      ]);
      const text = visibleResponse(await attempt());
      seen.set(text, [...(seen.get(text) ?? []), reason]);
    }
  }
  expect([...seen.values()]).toHaveLength(1);
  expect([...seen.keys()][0]).toContain("INVALID_CREDENTIALS");
});

// security 12
test("the same holds at the token endpoint", async () => {
  const email = await userWith("password_hash = null", "passwordless-two");
  const known = await registerVerified(app);
  setSystemTime(new Date("2026-10-01T12:00:00Z"));
  const seen = new Set<string>();
  for (const username of [freshEmail(), known.email, email, "no-user-of-this-name"]) {
    const form = { grant_type: "password", username, password };
    seen.add(visibleResponse(await app.call("POST", "/oauth/token", { form })));
  }
  expect([...seen]).toHaveLength(1);
  expect([...seen][0]).toContain("invalid_grant");
});

// security 15
test("a request for a mail and a guessed code get the same response for known and unknown addresses", async () => {
  const verified = await registerVerified(app);
  const deleted = await userWith("deleted_at = now()", "deleted-two");
  const waiting = freshEmail();
  await app.post("/api/v1/auth/register", { email: waiting, password: goodPassword });
  setSystemTime(new Date("2026-10-01T12:00:00Z"));

  const emails = [freshEmail(), verified.email, deleted, waiting];
  for (const [path, extra, code] of [
    ["resend-verification", {}, 202],
    ["verify", { code: "000000" }, 401],
  ] as const) {
    const seen = new Set<string>();
    for (const email of emails) {
      const answer = await app.post(`/api/v1/auth/${path}`, { email, ...extra });
      expect(answer.status).toBe(code);
      seen.add(visibleResponse(answer));
    }
    expect([...seen]).toHaveLength(1);
  }
});
