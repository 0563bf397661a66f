import { afterEach, expect, setSystemTime, test } from "bun:test";

import { logIn, registerVerified } from "../support/journey.ts";
import { race } from "../support/race.ts";
import { cookieHeaders, cookieOf, tokenInCookie } from "../support/refresh-cookie.ts";
import { auditOf, sessionOf, statusOfMe } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp({ settings: { REFRESH_TOKEN_COOKIE: "true" } });

afterEach(() => {
  setSystemTime();
});

async function signInWithCookie() {
  const user = await registerVerified(app);
  const answer = await logIn(app, user);
  return { accessToken: String(answer.json.data.access_token), token: tokenInCookie(answer) };
}

function refresh(token: string) {
  return app.call("POST", "/api/v1/auth/refresh", { headers: cookieHeaders(token) });
}

function logOut(headers: Record<string, string>) {
  return app.call("POST", "/api/v1/auth/logout", { headers });
}

// security 42
test("20 tabs that refresh at once get the same cookie, which continues the session", async () => {
  let { token } = await signInWithCookie();
  const first = token;
  for (let round = 0; round < 3; round += 1) {
    const answers = await race(20, () => refresh(token));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const [successor = "", ...others] = new Set(answers.map(tokenInCookie));
    expect(others).toEqual([]);
    token = successor;
  }
  const actions = await auditOf(app, first);
  expect(actions.filter((action) => action !== "session.refresh_grace")).toEqual([
    "user.login",
    ...Array(3).fill("session.refreshed"),
  ]);
});

// security 41. A cookie that was copied is as good as a token that was.
test("an old cookie after the grace period ends the session, and keeps the browser's present cookie", async () => {
  const { token, accessToken } = await signInWithCookie();
  const successor = tokenInCookie(await refresh(token));
  setSystemTime(Date.now() + 11_000);
  const replayed = await refresh(token);
  expect([replayed.status, replayed.json.error.code]).toEqual([401, "INVALID_TOKEN"]);
  expect(cookieOf(replayed)).toBeNull();
  expect(await statusOfMe(app, accessToken)).toBe(401);
  expect((await refresh(successor)).status).toBe(401);
  expect(await auditOf(app, token)).toContain("session.refresh_reuse");
});

// security 46; part of security 115
test("a sign-out by the cookie ends the session, clears the cookie and may be repeated", async () => {
  const { token, accessToken } = await signInWithCookie();
  for (let times = 0; times < 2; times += 1) {
    const answer = await logOut(cookieHeaders(token));
    expect(answer.status).toBe(200);
    expect(cookieOf(answer)).toMatchObject({
      name: "gatehouse_refresh_token",
      value: "",
      attributes: ["HttpOnly", "Path=/api/v1/auth", "SameSite=Strict"],
      maxAgeSeconds: 0,
    });
  }
  expect(await statusOfMe(app, accessToken)).toBe(401);
  expect((await refresh(token)).status).toBe(401);
  expect(await auditOf(app, token)).toEqual(["user.login", "session.logout"]);
});

// part of security 115
test("so do a sign-out by the access token and a sign-out everywhere", async () => {
  for (const path of ["/api/v1/auth/logout", "/api/v1/auth/logout-all"]) {
    const { token, accessToken: bearer } = await signInWithCookie();
    const answer = await app.call("POST", path, { bearer });
    expect([answer.status, cookieOf(answer)?.value, cookieOf(answer)?.maxAgeSeconds]).toEqual([
      200,
      "",
      0,
    ]);
    expect((await refresh(token)).status).toBe(401);
    const refused = await app.call("POST", "/api/v1/auth/logout-all", { bearer });
    expect([refused.status, cookieOf(refused)]).toEqual([401, null]);
  }
});

// Attack: a neighbouring host plants its own cookie of the same name, so that its visitor continues as another user.
test("two cookies of the name are refused, whichever was planted", async () => {
  const victim = await signInWithCookie();
  const attacker = await signInWithCookie();
  const one = `gatehouse_refresh_token=${victim.token}`;
  const two = `gatehouse_refresh_token=${attacker.token}`;
  const spaced = two.replace("=", " = ");
  for (const cookie of [
    `${one}; ${two}`,
    `${two};${one}`,
    `${one}; ${one}`,
    `${one};\t${spaced}`,
  ]) {
    const headers = { cookie, origin: "http://localhost:8000" };
    for (const [method, path] of [
      ["POST", "/api/v1/auth/refresh"],
      ["POST", "/api/v1/auth/logout"],
      ["GET", "/api/v1/auth/forward"],
    ] as const) {
      const { status, json } = await app.call(method, path, { headers });
      expect([path, status, json.error.code]).toEqual([path, 401, "INVALID_TOKEN"]);
    }
  }
  for (const { accessToken, token } of [victim, attacker]) {
    expect(await statusOfMe(app, accessToken)).toBe(200);
    expect(await auditOf(app, token)).toEqual(["user.login"]);
  }
  // With an access token there is a way out.
  const out = await app.call("POST", "/api/v1/auth/logout", {
    bearer: victim.accessToken,
    headers: { cookie: `${one}; ${two}`, origin: "http://localhost:8000" },
  });
  expect([out.status, cookieOf(out)?.value]).toEqual([200, ""]);
  expect(await statusOfMe(app, victim.accessToken)).toBe(401);
  expect(await statusOfMe(app, attacker.accessToken)).toBe(200);
});

test("a malformed refresh token is refused, however long", async () => {
  const { accessToken, token } = await signInWithCookie();
  const [header, claims] = token.split(".");
  const values = [
    "x",
    "%00",
    "%zz%",
    `"${token}"`,
    `${header}.${claims}.`,
    "=",
    accessToken,
    sessionOf(token),
    "x".repeat(12_000),
    `${token}${"x".repeat(8_000)}`,
  ];
  for (const value of values) {
    for (const path of ["/api/v1/auth/refresh", "/api/v1/auth/logout"]) {
      const { status, json } = await app.call("POST", path, { headers: cookieHeaders(value) });
      // A sign-out that finds nothing to end is no error.
      const expected = path.endsWith("logout") ? [200, undefined] : [401, "INVALID_TOKEN"];
      expect([value.slice(0, 20), path, status, json.error?.code]).toEqual([
        value.slice(0, 20),
        path,
        ...expected,
      ]);
    }
  }
  for (const cookie of [
    "",
    ";",
    "=;;=",
    "gatehouse_refresh_token",
    "gatehouse_refresh_token=",
    `x${token}=1`,
  ]) {
    const { status, json } = await app.call("POST", "/api/v1/auth/refresh", {
      headers: { cookie },
    });
    expect([cookie, status, json.error.code]).toEqual([cookie, 401, "AUTHENTICATION_REQUIRED"]);
  }
  expect(await statusOfMe(app, accessToken)).toBe(200);
  expect(await auditOf(app, token)).toEqual(["user.login"]);
});
