import { afterEach, expect, setSystemTime, test } from "bun:test";

import { createCountedApp } from "../support/counted-app.ts";
import { freshEmail, registerVerified, signUp } from "../support/journey.ts";
import { makeClient } from "../support/clients.ts";
import { race } from "../support/race.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp({
  settings: {
    RATE_LIMITS_ENABLED: "true",
    TRUSTED_PROXIES: "127.0.0.0/8",
    REFRESH_TOKEN_ROTATION: "false",
  },
});

afterEach(() => {
  setSystemTime();
});

test("31 codes from one address: the last is refused, whichever account and purpose", async () => {
  const headers = { "x-forwarded-for": "203.0.113.20" };
  const guess = (path: string) =>
    app.call("POST", path, { json: { email: freshEmail(), code: "000000" }, headers });
  const paths = ["/api/v1/auth/verify", "/api/v1/auth/magic-link/verify"];
  for (let index = 0; index < 30; index += 1) {
    expect((await guess(paths[index % 2] ?? "")).status).toBe(401);
  }
  for (const path of paths) expect((await guess(path)).status).toBe(429);
});

test("a session is refreshed 150 times in five minutes, not once more, on one replica", async () => {
  const user = await signUp(app);
  const refresh = () => app.post("/api/v1/auth/refresh", { refresh_token: user.refreshToken });
  const statuses: number[] = [];
  for (let index = 0; index < 155; index += 1) statuses.push((await refresh()).status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(150);
  expect(statuses.slice(150)).toEqual([429, 429, 429, 429, 429]);

  const form = { grant_type: "refresh_token", refresh_token: user.refreshToken };
  expect((await app.call("POST", "/oauth/token", { form })).status).toBe(429);
  setSystemTime(new Date(Date.now() + 301_000));
  expect((await refresh()).status).toBe(200);
});

test("the first refreshes of a session need no statement for their limit", async () => {
  const user = await signUp(app);
  await using counted = createCountedApp(app);
  const json = { refresh_token: user.refreshToken };
  const before = counted.statements;
  for (let index = 0; index < 8; index += 1) {
    expect((await counted.call("POST", "/api/v1/auth/refresh", { json })).status).toBe(200);
  }
  expect(counted.statements - before).toBe(8);
});

test("ten wrong secrets a minute for a client from one address; other addresses and clients are not affected", async () => {
  const { id, secret } = await makeClient(app, "service");
  const other = await makeClient(app, "other");
  const introspect = (clientId: string, clientSecret: string, address: string) =>
    app.call("POST", "/oauth/introspect", {
      form: { token: "x", client_id: clientId, client_secret: clientSecret },
      headers: { "x-forwarded-for": address },
    });
  const wrong = await race(40, () => introspect(id, "wrong", "203.0.113.30"));
  expect(wrong.filter(({ status }) => status === 401)).toHaveLength(10);
  expect(wrong.filter(({ status }) => status === 429)).toHaveLength(30);
  expect((await introspect(id, secret, "203.0.113.30")).status).toBe(429);
  expect((await introspect(id, secret, "203.0.113.31")).status).toBe(200);
  expect((await introspect(other.id, other.secret, "203.0.113.30")).status).toBe(200);
  // No limit counts the requests of a client that authenticates.
  const right = await race(40, () => introspect(id, secret, "203.0.113.32"));
  expect(new Set(right.map(({ status }) => status))).toEqual(new Set([200]));
});

test("31 wrong secrets from one address for as many client ids: the last is refused, and leaves no row", async () => {
  const headers = { "x-forwarded-for": "203.0.113.40" };
  const statuses: number[] = [];
  for (let index = 0; index < 31; index += 1) {
    const form = { token: "x", client_id: `client_${index}`, client_secret: "wrong" };
    statuses.push((await app.call("POST", "/oauth/introspect", { form, headers })).status);
  }
  expect(new Set(statuses.slice(0, 30))).toEqual(new Set([401]));
  expect(statuses[30]).toBe(429);
  const [row] = await app.rows(
    "select count(*)::int as count from limit_counts where source like 'client_30 %'",
  );
  expect(row?.["count"]).toBe(0);
});

test("a client id that the database cannot store is refused like an unknown one", async () => {
  const form = { token: "x", client_id: "a\u0000b", client_secret: "wrong" };
  expect((await app.call("POST", "/oauth/introspect", { form })).status).toBe(401);
});

test("five requests an hour to change one's address", async () => {
  const user = await signUp(app);
  const change = () =>
    app.call("POST", "/api/v1/auth/email/change", {
      bearer: user.accessToken,
      json: { new_email: freshEmail(), password: user.password },
    });
  for (let index = 0; index < 5; index += 1) expect((await change()).status).toBe(202);
  expect((await change()).status).toBe(429);
});

// security 114
test("without the database a limited operation is refused, never admitted without its limit", async () => {
  const user = await registerVerified(app);
  await using counted = createCountedApp(app);
  await counted.platform.database.close();
  const json = { email: user.email, password: user.password };
  expect((await counted.call("POST", "/api/v1/auth/login", { json })).status).toBe(503);
});
