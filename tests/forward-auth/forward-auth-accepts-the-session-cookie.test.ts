import { afterEach, expect, setSystemTime, test } from "bun:test";

import { logIn, registerVerified } from "../support/journey.ts";
import { cookieHeaders, cookieOf, tokenInCookie } from "../support/refresh-cookie.ts";
import { useTestApp } from "../support/test-app.ts";

const listed = "https://app.example.com";
const app = useTestApp({
  settings: { REFRESH_TOKEN_COOKIE: "true", ALLOWED_ORIGINS: listed },
});

afterEach(() => {
  setSystemTime();
});

function forward(headers: Record<string, string>, query = "") {
  return app.call("GET", `/api/v1/auth/forward${query}`, { headers });
}

async function signInWithCookie() {
  const user = await registerVerified(app);
  const answer = await logIn(app, user);
  return { ...user, accessToken: answer.json.data.access_token, token: tokenInCookie(answer) };
}

test("the cookie identifies its user and meets conditions like an access token, and is not consumed", async () => {
  const { userId, email, token } = await signInWithCookie();
  const row = `select * from sessions where user_id = '${userId}'`;
  const before = await app.rows(row);
  for (let times = 0; times < 3; times += 1) {
    const answer = await forward(cookieHeaders(token));
    expect([answer.status, answer.text, cookieOf(answer)]).toEqual([200, "", null]);
    expect(answer.headers.get("x-auth-user-id")).toBe(userId);
    expect(answer.headers.get("x-auth-email")).toBe(email);
    expect(answer.headers.get("x-auth-roles")).toBe("user");
  }
  expect((await forward(cookieHeaders(token), "?role=user")).status).toBe(200);
  expect((await forward(cookieHeaders(token), "?role=admin")).status).toBe(403);
  expect(await app.rows(row)).toEqual(before);
});

// security 116. Browsers name no origin when they open a page or read from their own.
test("pages of other origins cannot use the cookie; a request without an origin can", async () => {
  const { token } = await signInWithCookie();
  for (const origin of ["http://localhost:8000", listed, null]) {
    expect((await forward(cookieHeaders(token, origin))).status).toBe(200);
  }
  for (const origin of ["https://evil.example", "http://app.example.com", "null", ""]) {
    const answer = await forward(cookieHeaders(token, origin));
    expect([origin, answer.status, answer.json.error.code]).toEqual([origin, 403, "FORBIDDEN"]);
    expect(answer.headers.get("x-auth-user-id")).toBeNull();
  }
});

test("an access token takes precedence over the cookie", async () => {
  const { token } = await signInWithCookie();
  const other = await signInWithCookie();
  const headers = cookieHeaders(token, "https://evil.example");
  const answer = await forward({ ...headers, authorization: `Bearer ${other.accessToken}` });
  expect([answer.status, answer.headers.get("x-auth-user-id")]).toEqual([200, other.userId]);
  expect((await forward({ ...headers, authorization: "Bearer x" })).status).toBe(401);
  // The application's own credentials are none of ours.
  const basic = { ...cookieHeaders(token), authorization: "Basic YTpi" };
  expect((await forward(basic)).status).toBe(200);
});

// security 35, 45
test("a cookie that is replaced, expired, revoked, or of a deleted user is refused", async () => {
  const replaced = await signInWithCookie();
  const ended = await signInWithCookie();
  const orphaned = await signInWithCookie();
  const expired = await signInWithCookie();
  await app.post("/api/v1/auth/refresh", undefined, { headers: cookieHeaders(replaced.token) });
  await app.call("POST", "/api/v1/auth/logout", { bearer: ended.accessToken });
  await app.rows(`update users set deleted_at = now() where id = '${orphaned.userId}'`);
  for (const { token } of [replaced, ended, orphaned]) {
    const { status, json } = await forward(cookieHeaders(token));
    expect([status, json.error.code]).toEqual([401, "INVALID_TOKEN"]);
  }
  setSystemTime(Date.now() + 8 * 86_400_000);
  const late = await forward(cookieHeaders(expired.token));
  expect([late.status, late.json.error.code]).toEqual([401, "EXPIRED_TOKEN"]);
});
