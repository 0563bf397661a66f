import { afterEach, beforeEach, describe, expect, setSystemTime, test } from "bun:test";

import { sealRows, verifyAuditLog } from "../../src/features/audit/index.ts";
import { signInAdmin } from "../support/admin.ts";
import { basic, makeClient } from "../support/clients.ts";
import { databaseKinds } from "../support/databases.ts";
import type { Answer } from "../support/http-call.ts";
import { freshEmail, goodPassword, logIn, registerVerified } from "../support/journey.ts";
import { race } from "../support/race.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

const auth = "/api/v1/auth";
const password = goodPassword;
const token = "A".repeat(43);

const minute = 60_000;
let lastMinute = Math.floor(Date.now() / minute);

// Each test is in a minute of its own.
beforeEach(() => {
  lastMinute += 1;
  setSystemTime(new Date(lastMinute * minute));
});

afterEach(() => {
  setSystemTime();
});

/** Requests without an account that fail, each in its own way. */
function junkRequests(app: TestApp): readonly (() => Promise<Answer>)[] {
  const headers = { authorization: basic("no-such-client", "junk") };
  const post = (path: string, json: unknown) => () => app.post(`${auth}${path}`, json);
  return [
    post("/refresh", { refresh_token: "a.b.c" }),
    post("/verify-email", { token }),
    post("/verify", { email: "unknown@example.com", code: "123456" }),
    post("/password/reset-confirm", { token, password }),
    post("/magic-link/verify", { token }),
    post("/magic-link/verify", { email: "unknown@example.com", code: "123456" }),
    post("/email/change-confirm", { token }),
    post("/login", { email: "unknown@example.com", password }),
    () => app.call("POST", "/oauth/introspect", { form: { token }, headers }),
    () =>
      app.call("POST", "/oauth/token", {
        form: { grant_type: "password", username: "unknown@example.com", password },
      }),
  ];
}

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database, settings: { LOGIN_QUEUE: "1000" } });

  const rowsAfter = (id: string) =>
    app.rows(`select action, user_id, ip_address, detail from audit_log
      where result = 'failure' and id > '${id}' order by action, detail ->> 'by', id`);

  /** The id of the newest row. A second passes. */
  async function newestRow(): Promise<string> {
    const rows = await app.rows(
      "select coalesce(max(id::text), '00000000-0000-0000-0000-000000000000') as id from audit_log",
    );
    setSystemTime(new Date(Date.now() + 1000));
    return String(rows[0]?.["id"]);
  }

  // Attack: a disk is filled with rows that no retention deletes within a year (seen: 250 rows of 2 KB a second).
  // security 149
  test("a flood of junk tokens, codes, secrets and unknown accounts leaves one row for each kind, with the count", async () => {
    const before = await newestRow();
    const requests = junkRequests(app);
    const times = 20;
    const answers = await race(requests.length * times, (index) => {
      const request = requests[index % requests.length];
      if (!request) throw new Error("no request");
      return request();
    });
    expect(answers.filter(({ status }) => status < 400 || status >= 500)).toEqual([]);
    const counted = (action: string, detail: object, count = times) => ({
      action,
      user_id: null,
      ip_address: "127.0.0.1",
      detail: { ...detail, count, until: expect.any(String) },
    });
    expect(await rowsAfter(before)).toEqual([
      counted("client.authenticated", { client_id: null }),
      counted("user.email_changed", {}),
      counted("user.email_verified", { by: "code" }),
      counted("user.email_verified", { by: "link" }),
      counted("user.login", { by: "code", reason: "unknown_account" }),
      counted("user.login", { by: "link", reason: "unknown_link" }),
      counted("user.login", { reason: "unknown_account" }, 2 * times),
      counted("user.password_changed", { by: "reset" }),
    ]);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // security 149
  test("failed registrations are counted", async () => {
    const { email } = await registerVerified(app);
    const before = await newestRow();
    await race(20, () => app.post(`${auth}/register`, { email, password }));
    expect(await rowsAfter(before)).toMatchObject([
      { action: "user.registered", detail: { reason: "DUPLICATE_EMAIL", count: 20 } },
    ]);
  });

  // security 149
  test("wrong passwords of a known account have rows of their own, then one with the count; the list shows it, and the log verifies", async () => {
    const { userId, email } = await registerVerified(app);
    const before = await newestRow();
    await race(25, () => logIn(app, { email, password: "Wrong-password-1" }));
    const rows = await rowsAfter(before);
    const own = { action: "user.login", user_id: userId, detail: { reason: "wrong_password" } };
    expect(rows).toHaveLength(11);
    expect(rows.filter(({ detail }) => !("count" in Object(detail)))).toMatchObject(
      Array.from({ length: 10 }, () => own),
    );

    const { accessToken: bearer } = await signInAdmin(app);
    const listed = await app.call("GET", `/api/v1/audit-logs?user_id=${userId}`, { bearer });
    const counts = listed.json.data.items.map((item: { detail: unknown }) => item.detail);
    expect(counts).toContainEqual({
      reason: "wrong_password",
      count: 15,
      until: expect.any(String),
    });
    await sealRows(app.platform);
    expect((await verifyAuditLog(app.platform)).fault).toBeNull();
  });

  // security 149
  test("wrong secrets of a known client have rows of their own, then one with the count", async () => {
    const { id } = await makeClient(app);
    const before = await newestRow();
    const headers = { authorization: basic(id, "wrong") };
    await race(25, () => app.call("POST", "/oauth/introspect", { form: { token }, headers }));
    const rows = await rowsAfter(before);
    expect(rows).toHaveLength(11);
    expect(rows.at(-1)).toMatchObject({ detail: { client_id: id, count: 15 } });
  });

  // security 149, 104
  test("what is stored of a request is short, whatever it sends", async () => {
    const { email } = await registerVerified(app);
    const headers = { "user-agent": "u".repeat(5_000), "x-request-id": "r".repeat(128) };
    const failed = await app.post(`${auth}/login`, { email, password: "Wrong-1" }, { headers });
    expect(failed.headers.get("x-request-id")).toBe("r".repeat(128));
    await app.post(`${auth}/login`, { email, password }, { headers });
    await app.post(`${auth}/magic-link`, { email }, { headers });
    const agent = "u".repeat(256);
    const requestId = "r".repeat(64);
    expect(
      await app.rows(
        `select distinct user_agent, result from audit_log where request_id = '${requestId}' order by result`,
      ),
    ).toEqual([
      { user_agent: agent, result: "failure" },
      { user_agent: agent, result: "success" },
    ]);
    expect(await app.rows("select user_agent from sessions where user_agent like 'uu%'")).toEqual([
      { user_agent: agent },
    ]);
    expect(
      await app.rows(
        "select payload -> 'origin' as origin from outbox where topic = 'magic-link-request' and payload ->> 'origin' like '%uu%'",
      ),
    ).toMatchObject([{ origin: { userAgent: agent, requestId } }]);
  });
});

describe("a replica", () => {
  const app = useTestApp();

  // security 149
  test("writes the failed attempts of the last minute when it stops", async () => {
    await app.rows(
      "create view failures as select action from audit_log where result = 'failure' order by id",
    );
    const replica = await app.replica();
    await replica.post(`${auth}/verify-email`, { token });
    await replica.post(`${auth}/login`, { email: freshEmail(), password });
    // A query with the table's name would write them.
    const written = () => app.rows("select action from failures");
    expect(await written()).toEqual([]);
    await replica.server.stop(0);
    expect(await written()).toEqual([{ action: "user.email_verified" }, { action: "user.login" }]);
  });
});
