import { beforeAll, describe, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { eventually } from "../support/eventually.ts";
import { writeFailures } from "../support/audit-rows.ts";
import { logIn, registerVerified, signUp } from "../support/journey.ts";
import { expectRefusedQueries } from "../support/refused-queries.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";

interface Item {
  id: string;
  sequence: number | null;
  user_id: string | null;
  action: string;
  result: string;
  created_at: string;
}

describe("the audit log on Postgres", () => {
  const app = useTestApp();
  let bearer: string;

  beforeAll(async () => {
    bearer = (await signInAdmin(app)).accessToken;
  });

  const list = (query = "") => app.call("GET", `/api/v1/audit-logs${query}`, { bearer });
  const itemsOf = async (query: string): Promise<Item[]> => (await list(query)).json.data.items;

  /** All pages; `between` happens after each. */
  async function everything(query: string, between = async () => {}): Promise<Item[]> {
    const items: Item[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const { json } = await list(`?${query}${cursor === "" ? "" : `&cursor=${cursor}`}`);
      items.push(...json.data.items);
      cursor = json.data.next_cursor;
      await between();
    }
    return items;
  }

  test("shows every column of a step", async () => {
    const { email, password } = await registerVerified(app);
    const answer = await app.post(
      "/api/v1/auth/login",
      { email, password },
      { headers: { "user-agent": "Test-Browser/1.0" } },
    );
    const { user_id } = answer.json.data;
    const [item] = await eventually(
      () => itemsOf(`?user_id=${user_id}&action=user.login`),
      ([row]) => row !== undefined && row.sequence !== null,
    );
    const all: Record<string, unknown> = { ...item };
    expect(all).toEqual({
      id: expect.any(String),
      sequence: expect.any(Number),
      created_at: expect.stringMatching(/Z$/),
      action: "user.login",
      result: "success",
      actor_kind: "anonymous",
      actor_id: null,
      user_id,
      session_id: expect.any(String),
      amr: ["pwd"],
      ip: "127.0.0.1",
      user_agent: "Test-Browser/1.0",
      request_id: answer.headers.get("x-request-id") ?? "",
      detail: null,
    });
  });

  test("lists the newest first, page by page, while more rows are written", async () => {
    const { userId, email, password } = await registerVerified(app);
    const places = ({ id, created_at }: Item) => [id, created_at];
    const tries = async (count: number) => {
      for (let n = 0; n < count; n += 1) await logIn(app, { email, password });
    };
    await tries(12);
    const before = await itemsOf(`?user_id=${userId}&limit=100`);
    expect(before.length).toBeGreaterThan(12);
    const ids = before.map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted().toReversed());
    const paged = await everything(`user_id=${userId}&limit=5`, () => tries(2));
    expect(paged.map(places)).toEqual(before.map(places));
  });

  test("filters by user, action and time, alone and together", async () => {
    const { userId, accessToken } = await signUp(app);
    await app.call("POST", "/api/v1/auth/logout", { bearer: accessToken });
    const own = await itemsOf(`?user_id=${userId.toUpperCase()}&limit=100`);
    expect(own.map(({ action }) => action)).toEqual([
      "session.logout",
      "user.login",
      "user.email_verified",
      "user.registered",
    ]);
    expect(own.every(({ user_id }) => user_id === userId)).toBe(true);
    const [logout, login] = own;
    expect(await itemsOf(`?user_id=${userId}&action=user.login`)).toMatchObject([
      { id: login?.id },
    ]);
    const all = await itemsOf("?action=user.registered&limit=100");
    expect(all.length).toBeGreaterThan(1);
    expect(new Set(all.map(({ action }) => action))).toEqual(new Set(["user.registered"]));

    // Both ends belong to it.
    const at = login?.created_at ?? "";
    const atTime = await itemsOf(`?user_id=${userId}&from=${at}&to=${at}`);
    expect(atTime.map(({ created_at }) => created_at)).toContain(at);
    expect(atTime.every(({ created_at }) => created_at === at)).toBe(true);
    const later = await itemsOf(`?user_id=${userId}&from=${logout?.created_at}`);
    expect(later[0]?.id).toBe(logout?.id ?? "");
    expect(later.every(({ created_at }) => created_at >= (logout?.created_at ?? ""))).toBe(true);
    expect(await itemsOf("?to=2001-01-01T00:00:00%2B02:00")).toEqual([]);
    expect(await itemsOf("?from=9999-12-31T23:59:59.999Z")).toEqual([]);
    expect(await itemsOf("?from=0000-01-01T00:00:00Z&limit=1")).toHaveLength(1);
    expect(await itemsOf("?to=9999-12-31T23:59:59-14:00&limit=1")).toHaveLength(1);
    expect(await itemsOf("?action=no.such_action")).toEqual([]);
  });

  // The bad day: the millisecond ends between a row's id and its time.
  test("filters by the time of the row, not by the time in its id", async () => {
    const [id, userId] = [Bun.randomUUIDv7("hex", Date.now() - 3), crypto.randomUUID()];
    const at = new Date().toISOString();
    await app.rows(
      `insert into audit_log (id, at, action, result, actor_kind, user_id, request_id) values ('${id}', '${at}', 'user.login', 'success', 'system', '${userId}', 'r')`,
    );
    expect(await itemsOf(`?user_id=${userId}&from=${at}&to=${at}`)).toMatchObject([{ id }]);
    const before = new Date(Date.parse(at) - 1).toISOString();
    expect(await itemsOf(`?user_id=${userId}&to=${before}`)).toEqual([]);
  });

  test("refuses invalid filters", async () => {
    const { json } = await list("?limit=1");
    await expectRefusedQueries(list, [
      "?user_id=x",
      `?user_id=urn:uuid:00000000-0000-7000-8000-000000000000`,
      "?user_id=",
      "?action=",
      "?action=user.login'--",
      "?action=%00",
      "?from=yesterday",
      "?from=2026-01-01",
      "?from=2026-13-01T00:00:00Z",
      "?from=2026-01-01T00:00:00",
      "?from=2026-01-01T00:00:00+01:00",
      "?to=12",
      "?to=2026-01-01T25:00:00Z",
      "?to=%2B275760-09-13T00:00:00Z",
      "?limit=101",
      `?cursor=${json.data.next_cursor}x`,
      "?actor=x",
      "?sort=hash",
    ]);
  });

  test("needs the permission to read it, and cannot be written", async () => {
    const path = "/api/v1/audit-logs";
    expect((await app.call("GET", path)).status).toBe(401);
    const { accessToken } = await signUp(app);
    const refused = await app.call("GET", path, { bearer: accessToken });
    expect([refused.status, refused.json.error.code]).toEqual([403, "FORBIDDEN"]);
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      expect((await app.call(method, path, { bearer })).status).toBe(405);
    }
  });

  // The attack: what is sent is to read like a second entry, or to control the reader's terminal.
  // security 123
  test("keeps hostile input as one value of one entry", async () => {
    const userAgent = `x\u0009"},{"action":"user.login","result":"success"}] \u00e9`;
    await writeFailures(app);
    const before = (await itemsOf("?limit=100&action=user.login")).length;
    const answer = await app.post(
      "/api/v1/auth/login",
      { email: "unknown@example.com", password: "x\r\n\u001b[2J" },
      {
        headers: { "user-agent": userAgent, "x-request-id": 'a"b', "x-forwarded-for": "1\u00a02" },
      },
    );
    const requestId = answer.headers.get("x-request-id") ?? "";
    expect(requestId).toMatch(/^[\w.-]+$/);
    await writeFailures(app);
    const items = await itemsOf("?limit=100&action=user.login");
    expect(items).toHaveLength(Math.min(100, before + 1));
    expect(items[0]).toMatchObject({
      result: "failure",
      user_agent: userAgent,
      request_id: requestId,
      ip: "127.0.0.1",
    });
    const { text } = await list("?limit=100");
    expect(text).not.toMatch(/\p{Cc}/u);
    expect(app.log.join("")).not.toMatch(/[^\P{Cc}\n]/u);
  });
});

// At millions of rows each filter must find its way to the newest by an index.
test("every filter uses an index", async () => {
  await using app = await startTestApp();
  const { userId } = await signUp(app);
  await app.rows(
    `insert into audit_log (id, at, action, result, actor_kind, request_id, user_id)
     select gen_random_uuid(), now(), 'user.login', 'success', 'system', 'x', gen_random_uuid()
     from generate_series(1, 20000)`,
  );
  await app.rows("analyze audit_log");
  const columns = "order by id desc limit 21";
  for (const [where, index] of [
    ["true", "audit_log_pkey"],
    [`user_id = '${userId}'`, "audit_log_user_index"],
    ["action = 'user.registered'", "audit_log_action_index"],
    ["id < '01900000-0000-0000-0000-000000000000'", "audit_log_pkey"],
  ]) {
    const plan = await app.rows(`explain select * from audit_log where ${where} ${columns}`);
    const text = plan.map((line) => String(line["QUERY PLAN"])).join("\n");
    expect([where, text]).toEqual([where, expect.stringContaining(index ?? "")]);
  }
  const unsealed = await app.rows(
    "explain select id from audit_log where sequence is null order by at, id limit 500",
  );
  expect(String(unsealed[1]?.["QUERY PLAN"])).toContain("audit_log_unsealed_index");
});
