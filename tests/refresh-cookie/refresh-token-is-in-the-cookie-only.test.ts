import { expect, test } from "bun:test";

import { makeClient } from "../support/clients.ts";
import type { Answer } from "../support/http-call.ts";
import { freshEmail, goodPassword, logIn, registerVerified } from "../support/journey.ts";
import { cookieHeaders, cookieOf, tokenInCookie } from "../support/refresh-cookie.ts";
import { outcomeOfRefresh, statusOfMe } from "../support/session-calls.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";

const origin = "https://auth.example.com";
const week = 7 * 86_400;
const app = useTestApp({ settings: { REFRESH_TOKEN_COOKIE: "true" } });

/** The cookie holds a token that works, and the body holds none. */
function expectOnlyInCookie(answer: Answer, data: Record<string, unknown>) {
  const token = tokenInCookie(answer);
  expect(Object.keys(data)).toContain("access_token");
  expect(Object.keys(data)).not.toContain("refresh_token");
  expect(answer.text).not.toContain(token);
  expect(answer.headers.get("cache-control")).toBe("no-store");
}

// part of security 115
test("every sign-in and refresh sets a strict cookie, and no body has the token", async () => {
  const { email, password } = await registerVerified(app);
  const signedIn = await logIn(app, { email, password });
  const granted = await app.call("POST", "/oauth/token", {
    form: { grant_type: "password", username: email, password },
  });
  const refreshed = await app.post("/api/v1/auth/refresh", undefined, {
    headers: cookieHeaders(tokenInCookie(signedIn)),
  });
  const refreshedByGrant = await app.call("POST", "/oauth/token", {
    form: { grant_type: "refresh_token", refresh_token: tokenInCookie(granted) },
  });
  for (const answer of [signedIn, refreshed, granted, refreshedByGrant]) {
    expect(answer.status).toBe(200);
    expectOnlyInCookie(answer, answer.json.data ?? answer.json);
    expect(cookieOf(answer)).toMatchObject({
      name: "gatehouse_refresh_token",
      attributes: ["HttpOnly", "Path=/api/v1/auth", "SameSite=Strict"],
      maxAgeSeconds: week,
    });
  }
  expect(tokenInCookie(refreshed)).not.toBe(tokenInCookie(signedIn));
  expect(await statusOfMe(app, refreshed.json.data.access_token)).toBe(200);
});

// part of security 115. The longest that it gets: the longest signature and issuer.
test("under https the cookie is Secure and has the __Host- prefix, also after a registration that signs in", async () => {
  await using secure = await startTestApp({
    settings: {
      REFRESH_TOKEN_COOKIE: "true",
      PUBLIC_URL: origin,
      JWT_ALGORITHM: "RS256",
      JWT_ISSUER: `https://auth.example/${"i".repeat(491)}`,
      REQUIRE_EMAIL_VERIFICATION: "false",
      SESSION_MAX_AGE: "2h",
    },
  });
  const registered = await secure.post("/api/v1/auth/register", {
    email: freshEmail(),
    password: goodPassword,
  });
  expect(registered.status).toBe(201);
  expectOnlyInCookie(registered, registered.json.data);
  const cookie = cookieOf(registered);
  expect(cookie).toMatchObject({
    name: "__Secure-gatehouse_refresh_token",
    attributes: ["HttpOnly", "Path=/api/v1/auth", "SameSite=Strict", "Secure"],
    maxAgeSeconds: 7200,
  });
  expect(cookie?.header.length).toBeLessThan(4096);

  const refreshed = await secure.call("POST", "/api/v1/auth/refresh", {
    headers: { cookie: `${cookie?.name}=${cookie?.value}`, origin },
  });
  expect(refreshed.status).toBe(200);
});

test("a client credentials grant and a registration without sign-in set no cookie", async () => {
  const { authorization } = await makeClient(app);
  const granted = await app.call("POST", "/oauth/token", {
    form: { grant_type: "client_credentials" },
    headers: { authorization },
  });
  expect([granted.status, cookieOf(granted)]).toEqual([200, null]);
  const registered = await app.post("/api/v1/auth/register", {
    email: freshEmail(),
    password: goodPassword,
  });
  expect([registered.status, cookieOf(registered)]).toEqual([201, null]);
});

// The change of the setting ends no session: a client with a token from before sends it once more and gets the cookie.
test("a token in a body is accepted, and its successor is in the cookie", async () => {
  await using before = await startTestApp();
  const after = await before.replica({ REFRESH_TOKEN_COOKIE: "true" });
  const signedIn = await logIn(before, await registerVerified(before));
  const refreshed = await after.post("/api/v1/auth/refresh", {
    refresh_token: signedIn.json.data.refresh_token,
  });
  expect(refreshed.status).toBe(200);
  expectOnlyInCookie(refreshed, refreshed.json.data);
});

test("without the setting no cookie is set, and one that is sent is ignored", async () => {
  await using plain = await startTestApp();
  const user = await registerVerified(plain);
  const signedIn = await logIn(plain, user);
  const { refresh_token: token, access_token: accessToken } = signedIn.json.data;
  expect([cookieOf(signedIn), typeof token]).toEqual([null, "string"]);

  const headers = cookieHeaders(token);
  const statusOf = async (method: string, path: string) =>
    (await plain.call(method, path, { headers })).status;
  expect(await statusOf("POST", "/api/v1/auth/refresh")).toBe(400);
  expect(await statusOf("POST", "/api/v1/auth/logout")).toBe(401);
  expect(await statusOf("GET", "/api/v1/auth/forward")).toBe(401);
  expect(await statusOfMe(plain, accessToken)).toBe(200);
  expect(await outcomeOfRefresh(plain, token)).toEqual([200, undefined]);
  const loggedOut = await plain.call("POST", "/api/v1/auth/logout", { bearer: accessToken });
  expect([loggedOut.status, cookieOf(loggedOut)]).toEqual([200, null]);
});
