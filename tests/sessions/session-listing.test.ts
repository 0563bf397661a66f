import { afterEach, expect, setSystemTime, test } from "bun:test";

import { logIn, registerVerified, signUp } from "../support/journey.ts";
import { browserHeaders, signUpInBrowser } from "../support/browser-session.ts";
import { registerClient } from "../support/clients.ts";
import { callback, codeOf, redeem } from "../support/relying-party.ts";
import { refreshed, sessionOf } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

const path = "/api/v1/users/me/sessions";
const app = useTestApp();

afterEach(() => {
  setSystemTime();
});

async function list(bearer: string, query = "") {
  const { status, json } = await app.call("GET", `${path}${query}`, { bearer });
  expect([query, status]).toEqual([query, 200]);
  return json.data;
}

/** The session ids of all pages, each page fetched after `between` was done. */
async function walk(bearer: string, limit: number, between: () => Promise<unknown>) {
  const pages: string[][] = [];
  let query = `?limit=${limit}`;
  for (;;) {
    const { items, next_cursor: cursor } = await list(bearer, query);
    pages.push(items.map(({ id }: { id: string }) => id));
    if (cursor === null) return pages;
    query = `?limit=${limit}&cursor=${encodeURIComponent(cursor)}`;
    await between();
  }
}

// part of security 50 (one's own)
test("a session is listed with its source, start and end; one is marked as current", async () => {
  const user = await registerVerified(app);
  await signUp(app);
  const before = new Date().toISOString();
  const browser = await app.post(
    "/api/v1/auth/login",
    { email: user.email, password: user.password },
    { headers: { "user-agent": `Firefox/${"9".repeat(1000)}`, "x-forwarded-for": "192.0.2.1" } },
  );
  const phone = await logIn(app, user);
  const bearer: string = phone.json.data.access_token;
  const { items, next_cursor: cursor } = await list(bearer);
  expect(cursor).toBeNull();
  expect(items.map(({ id }: { id: string }) => id)).toEqual([
    sessionOf(bearer),
    sessionOf(browser.json.data.access_token),
  ]);
  expect(items.map(({ current }: { current: boolean }) => current)).toEqual([true, false]);
  for (const item of items) {
    expect(Object.keys(item).toSorted()).toEqual([
      "created_at",
      "current",
      "expires_at",
      "id",
      "ip",
      "last_used_at",
      "user_agent",
    ]);
    expect(item.ip).toBe("127.0.0.1");
    expect(item.created_at >= before).toBe(true);
    expect(item.last_used_at).toBe(item.created_at);
    expect(Date.parse(item.expires_at) - Date.parse(item.created_at)).toBe(7 * 86_400_000);
    for (const time of [item.created_at, item.last_used_at, item.expires_at]) {
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
  }
  expect(items[1].user_agent).toBe(`Firefox/${"9".repeat(248)}`);
});

test("a session of an application names it, on the account page too, and others name none", async () => {
  const user = await signUpInBrowser(app);
  const client = await registerClient(app, { name: "Notes & more", redirectUris: [callback] });
  const { status } = await redeem(app, client, await codeOf(app, client.id, user.token));
  expect(status).toBe(200);
  const bearer: string = (await logIn(app, user)).json.data.access_token;
  const named = (await list(bearer)).items.map((item: Record<string, unknown>) => [
    item["client_id"],
    item["client_name"],
  ]);
  const none = [undefined, undefined];
  expect(named).toEqual([none, [client.id, "Notes & more"], none]);
  const page = await app.call("GET", "/account", { headers: browserHeaders(user.token) });
  expect(page.text).toContain(`End session: Notes &amp; more`);
});

test("a refresh updates the last use and the end", async () => {
  const user = await signUp(app);
  const later = Date.now() + 3_600_000;
  setSystemTime(later);
  const { accessToken } = await refreshed(app, user.refreshToken);
  const [item] = (await list(accessToken)).items;
  expect(item.id).toBe(sessionOf(user.accessToken));
  expect(Date.parse(item.last_used_at)).toBeGreaterThanOrEqual(later);
  expect(Date.parse(item.expires_at)).toBeGreaterThanOrEqual(later + 7 * 86_400_000);
});

test("ended and expired sessions are not listed", async () => {
  const user = await signUp(app);
  const tokens: string[] = [];
  for (let count = 0; count < 4; count += 1) {
    tokens.push((await logIn(app, user)).json.data.access_token);
  }
  const [ended = "", idle = "", old = "", active = ""] = tokens;
  await app.call("POST", "/api/v1/auth/logout", { bearer: ended });
  const expire = (column: string, token: string) =>
    app.rows(`update sessions set ${column} = now() where id = '${sessionOf(token)}'`);
  await expire("expires_at", idle);
  await expire("absolute_expires_at", old);
  const { items } = await list(user.accessToken);
  expect(items.map(({ id }: { id: string }) => id)).toEqual(
    [active, user.accessToken].map(sessionOf),
  );
});

test("pages have no gap and no repetition while sessions start and end", async () => {
  const user = await signUp(app);
  const ids = [sessionOf(user.accessToken)];
  // Many in the same millisecond.
  setSystemTime(Date.now());
  for (let count = 0; count < 24; count += 1) {
    ids.push(sessionOf((await logIn(app, user)).json.data.access_token));
  }
  setSystemTime();
  const expected = ids.toSorted().toReversed();
  expect((await list(user.accessToken)).items).toHaveLength(20);
  for (const limit of [1, 7, 24, 25, 100]) {
    const pages = await walk(user.accessToken, limit, () => Promise.resolve());
    expect(pages.flat()).toEqual(expected);
    expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
    expect(pages.at(-1)?.length).toBeGreaterThan(0);
  }

  // New sessions, and the end of the session at the cursor, move no other session.
  const gone: string[] = [];
  const pages = await walk(user.accessToken, 5, async () => {
    await logIn(app, user);
    const id = expected[4 + 5 * gone.length];
    await app.call("DELETE", `${path}/${id}`, { bearer: user.accessToken });
    gone.push(String(id));
  });
  expect(gone).toHaveLength(4);
  expect(pages.flat()).toEqual(expected);
});

test("an invalid limit or cursor is refused", async () => {
  const { accessToken: bearer } = await signUp(app);
  const id = sessionOf(bearer);
  for (const query of [
    "?limit=0",
    "?limit=101",
    "?limit=-1",
    "?limit=1.5",
    "?limit=x",
    "?limit=",
    "?cursor=x",
    "?cursor=",
    `?cursor=${id}`,
    `?cursor=${Buffer.from(id).toString("base64url")}`,
    `?cursor=${"x".repeat(600)}`,
    "?cursor=%00",
    "?user_id=1",
  ]) {
    const { status, json } = await app.call("GET", `${path}${query}`, { bearer });
    expect([query, status, json.error?.code]).toEqual([query, 400, "VALIDATION_ERROR"]);
  }
  expect((await app.call("GET", path)).status).toBe(401);
});
