import { expect, test } from "bun:test";

import type { Call } from "../support/http-call.ts";
import { logIn, registerVerified } from "../support/journey.ts";
import { cookieHeaders, cookieOf, tokenInCookie } from "../support/refresh-cookie.ts";
import { auditOf, statusOfMe } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

const own = "http://localhost:8000";
const listed = "https://app.example.com";
const foreign = [
  "https://evil.example",
  "https://app.example.com.evil.example",
  "https://app.example.com:8443",
  "http://app.example.com",
  "http://localhost:8001",
  "http://localhost",
  "https://localhost:8000",
  "http://127.0.0.1:8000",
  "HTTP://LOCALHOST:8000",
  "http://localhost:8000/",
  `${own}, ${listed}`,
  "null",
  "",
];
const app = useTestApp({
  settings: { REFRESH_TOKEN_COOKIE: "true", ALLOWED_ORIGINS: listed },
});

async function signInWithCookie() {
  const user = await registerVerified(app);
  const answer = await logIn(app, user);
  return { ...user, accessToken: answer.json.data.access_token, token: tokenInCookie(answer) };
}

async function rowOf(userId: string) {
  return app.rows(
    `select refresh_token_hash, last_used_at, ended_at from sessions where user_id = '${userId}'`,
  );
}

// security 116. Attack: a page that the browser sends the cookie for, since it is of the same site.
test("a page of another origin, a sandboxed one and a request without an origin can neither refresh nor sign out", async () => {
  const user = await signInWithCookie();
  const before = await rowOf(user.userId);
  for (const origin of [...foreign, null]) {
    const headers = cookieHeaders(user.token, origin);
    const calls: Call[] = [{ headers }, { headers, json: {} }];
    for (const path of ["/api/v1/auth/refresh", "/api/v1/auth/logout"]) {
      for (const call of calls) {
        const answer = await app.call("POST", path, call);
        expect([origin, path, answer.status, answer.json.error.code]).toEqual([
          origin,
          path,
          403,
          "FORBIDDEN",
        ]);
        expect(cookieOf(answer)).toBeNull();
        expect(answer.headers.get("access-control-allow-origin")).toBeNull();
      }
    }
  }
  expect(await rowOf(user.userId)).toEqual(before);
  expect(await auditOf(app, user.token)).toEqual(["user.login"]);
  expect(await statusOfMe(app, user.accessToken)).toBe(200);
});

// security 116
test("the service's own origin and a listed one can do both", async () => {
  for (const origin of [own, listed]) {
    const { token, accessToken } = await signInWithCookie();
    const refreshed = await app.call("POST", "/api/v1/auth/refresh", {
      headers: cookieHeaders(token, origin),
    });
    expect(refreshed.status).toBe(200);
    const loggedOut = await app.call("POST", "/api/v1/auth/logout", {
      headers: cookieHeaders(tokenInCookie(refreshed), origin),
    });
    expect(loggedOut.status).toBe(200);
    expect(await statusOfMe(app, accessToken)).toBe(401);
    const allowed = origin === listed ? listed : null;
    for (const { headers } of [refreshed, loggedOut]) {
      expect(headers.get("access-control-allow-origin")).toBe(allowed);
      expect(headers.get("access-control-allow-credentials")).toBe(allowed && "true");
    }
  }
});

// security 116. What a page may send anywhere without being asked back (Fetch §2.2.2).
test("a body that is not JSON is refused, from any origin", async () => {
  const { token, userId } = await signInWithCookie();
  const before = await rowOf(userId);
  for (const origin of [own, listed, "https://evil.example"]) {
    const headers = cookieHeaders(token, origin);
    const calls: Call[] = [
      { form: { refresh_token: token }, headers },
      { form: {}, headers },
      { body: "{}", headers: { ...headers, "content-type": "text/plain" } },
      { body: new FormData(), headers },
      { headers: { ...headers, "content-type": "text/plain" } },
    ];
    for (const path of ["/api/v1/auth/refresh", "/api/v1/auth/logout", "/api/v1/auth/login"]) {
      for (const call of calls) {
        const { status, json } = await app.call("POST", path, call);
        expect([path, status, json.error.code]).toEqual([path, 415, "UNSUPPORTED_MEDIA_TYPE"]);
      }
    }
  }
  expect(await rowOf(userId)).toEqual(before);
});

// security 116. Attack: a form on another site posts the attacker's own credentials, and its visitor is the attacker from then on.
test("a page of another origin cannot have the cookie set, also with a form", async () => {
  const { email, password, userId, token } = await signInWithCookie();
  const forms = [
    { grant_type: "password", username: email, password },
    { grant_type: "refresh_token", refresh_token: token },
  ];
  for (const form of forms) {
    for (const origin of foreign) {
      const answer = await app.call("POST", "/oauth/token", { form, headers: { origin } });
      expect([origin, answer.status, cookieOf(answer)]).toEqual([origin, 403, null]);
      expect(answer.json).toMatchObject({ error: "invalid_request" });
    }
  }
  expect(await rowOf(userId)).toHaveLength(1);
  for (const headers of [{ origin: listed }, { origin: own }, {}]) {
    const answer = await app.call("POST", "/oauth/token", {
      form: { grant_type: "password", username: email, password },
      headers: { ...headers },
    });
    expect([answer.status, typeof tokenInCookie(answer)]).toEqual([200, "string"]);
  }
});

// A call that carries other proof is not made by the cookie, and a client without a browser names no origin.
test("a bearer token signs out from any origin, and ends the cookie's session only from an allowed one", async () => {
  for (const [origin, statusAfterwards] of [
    [own, 401],
    [null, 200],
    ["https://evil.example", 200],
  ] as const) {
    const user = await signInWithCookie();
    const other = await signInWithCookie();
    const answer = await app.call("POST", "/api/v1/auth/logout", {
      bearer: user.accessToken,
      headers: cookieHeaders(other.token, origin),
    });
    expect([answer.status, cookieOf(answer)?.value]).toEqual([200, ""]);
    expect(await statusOfMe(app, user.accessToken)).toBe(401);
    expect([origin, await statusOfMe(app, other.accessToken)]).toEqual([origin, statusAfterwards]);
  }
});
