import { afterEach, beforeEach, describe, expect, test } from "bun:test";

import { freshEmail, goodPassword, signUp } from "../support/journey.ts";
import { refresh } from "../support/session-calls.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

const canary = "canary-5kQ2mWx9";
const generic = {
  success: false,
  error: { code: "INTERNAL_ERROR", message: "An internal error occurred." },
  timestamp: expect.stringMatching(/Z$/),
};
const sql = /insert into|select |update |values|returning|\$1/i;

describe("an internal error", () => {
  let app: TestApp;

  beforeEach(async () => {
    app = await startTestApp();
  });

  afterEach(async () => {
    await app[Symbol.asyncDispose]();
  });

  /** The log line of the failed request with this id, and its text. */
  function failureLog(requestId: string | null) {
    const lines = app.log.filter(
      (line) => line.includes(`"${requestId}"`) && line.includes(`"request failed"`),
    );
    return { text: lines.join("\n"), entries: lines.map((line) => JSON.parse(line)) };
  }

  // The query builder's message holds the SQL and every parameter, including the password's hash.
  // security 121
  test.each([
    ["a violated check", "alter table users add constraint planted check (name is null)", "23514"],
    ["a violation of an unexpected index", "create unique index planted on users ((1))", "23505"],
    ["a missing column", "alter table users rename column name to planted", "42703"],
    ["a missing table", "alter table audit_log rename to planted", "42P01"],
    ["a value that is too long", "alter table users alter column name type varchar(3)", "22001"],
  ])("in the database: %s", async (_name, damage, sqlState) => {
    await app.post("/api/v1/auth/register", { email: freshEmail(), password: goodPassword });
    await app.rows(damage);
    const password = `${canary}-Password1!`;
    const answer = await app.post("/api/v1/auth/register", {
      email: `${canary}@example.com`,
      password,
      name: canary,
    });
    expect([answer.status, answer.json]).toEqual([500, generic]);
    expect(answer.text).not.toMatch(/canary|planted|users|sql/i);

    const { text, entries } = failureLog(answer.headers.get("x-request-id"));
    expect(entries).toMatchObject([
      { level: "error", path: "/api/v1/auth/register", error: "DatabaseError", sqlState },
    ]);
    expect([text.includes(canary), text.includes("$2"), sql.test(text)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  // security 121
  test("in the database is RFC 6749's server_error at the token endpoint", async () => {
    const user = await signUp(app);
    await app.rows("alter table sessions rename to planted");
    const form = { grant_type: "password", username: user.email, password: user.password };
    const answer = await app.call("POST", "/oauth/token", { form });
    expect([answer.status, answer.json]).toEqual([
      500,
      { error: "server_error", error_description: "An internal error occurred." },
    ]);
    const { text, entries } = failureLog(answer.headers.get("x-request-id"));
    expect(entries).toMatchObject([{ sqlState: "42P01" }]);
    expect([text.includes(user.email), text.includes(user.password), sql.test(text)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  // security 121
  test("that is unexpected has a generic response, and its stack in the log", async () => {
    const { hasher } = app.platform;
    const broken = { ...hasher, verify: () => Promise.reject(new TypeError("planted fault")) };
    Object.assign(app.platform, { hasher: broken });
    const answer = await app.post("/api/v1/auth/login", {
      email: `${canary}@example.com`,
      password: `${canary}-Password1!`,
    });
    expect([answer.status, answer.json]).toEqual([500, generic]);
    const { text, entries } = failureLog(answer.headers.get("x-request-id"));
    expect(entries).toMatchObject([
      { level: "error", error: "TypeError", reason: "planted fault", stack: expect.any(String) },
    ]);
    expect(text).not.toContain(canary);
  });

  // A thrown value need not be an error, and its message may be confidential.
  test.each<[string, unknown]>([
    ["a string", canary],
    ["an object with a status", { status: 200, message: canary, code: 418 }],
    ["a response", new Response(canary, { status: 200, headers: { "x-canary": canary } })],
    [
      "an error with a response of its own",
      Object.assign(new Error("planted"), { toResponse: () => new Response(canary) }),
    ],
    [
      "an error with a status",
      Object.assign(new Error("planted"), { status: 299, code: "NOT_FOUND" }),
    ],
    // The framework itself fails on this one: the server's last error handler responds.
    ["nothing", undefined],
  ])("that throws %s has a generic response as well", async (_name, thrown) => {
    const { hasher } = app.platform;
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- that is what is tested
    const broken = { ...hasher, verify: () => Promise.reject(thrown) };
    Object.assign(app.platform, { hasher: broken });
    const body = { email: freshEmail(), password: goodPassword };
    const answer = await app.post("/api/v1/auth/login", body);
    expect([answer.status, answer.json]).toEqual([500, generic]);
    expect(JSON.stringify([...answer.headers])).not.toContain(canary);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(failureLog(answer.headers.get("x-request-id")).entries).toMatchObject([
      { level: "error" },
    ]);
  });

  // The framework's error for a response that does not match its schema holds the whole response.
  test("about a response that does not match its schema discloses it neither in the response nor in the log", async () => {
    const user = await signUp(app);
    await app.rows(
      `update users set email = '${canary} is no address' where id = '${user.userId}'`,
    );
    const answer = await refresh(app, user.refreshToken);
    expect([answer.status, answer.json]).toEqual([500, generic]);
    const { text, entries } = failureLog(answer.headers.get("x-request-id"));
    expect(entries).toMatchObject([
      {
        error: "ResponseDoesNotMatchItsSchema",
        faults: [{ field: "data.user.email", issue: "Does not match the required format." }],
      },
    ]);
    expect(text).not.toContain(canary);
  });
});
