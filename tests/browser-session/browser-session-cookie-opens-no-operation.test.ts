import { beforeAll, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { browserHeaders, browserTokenOf, signInOnPage } from "../support/browser-session.ts";
import { callWith, exampleBody, type Operation, readOperations } from "../support/operations.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp({ settings: { REFRESH_TOKEN_COOKIE: "true" } });
let operations: Operation[];
let token: string;
let userId: string;

beforeAll(async () => {
  ({ operations } = await readOperations(app));
  const admin = await signInAdmin(app);
  ({ userId } = admin);
  token = browserTokenOf(await signInOnPage(app, admin));
}, 30_000);

const forward = "/api/v1/auth/forward";

// Attack: cross-site request forgery. A browser sends the cookie with every request that it sends at the top level, also with
// those that another website begins: no operation may take it for who the user is.
// security 116
test("no operation but forward-auth accepts the cookie, an administrator's neither", async () => {
  const guarded = operations.filter(
    ({ isPublic, path }) => !isPublic && path.startsWith("/api/") && path !== forward,
  );
  expect(guarded.length).toBeGreaterThan(60);
  for (const operation of guarded) {
    const path = operation.path.replaceAll(/\{\w+\}/g, userId);
    const bodies =
      operation.mediaType === null ? [{}] : [callWith(operation, exampleBody(operation))];
    for (const body of bodies) {
      for (const own of [
        {},
        { "sec-fetch-site": "same-origin", origin: "http://localhost:8000" },
        { authorization: `Bearer ${token}` },
      ]) {
        const headers = { ...browserHeaders(token), ...own };
        const { status, json } = await app.call(operation.method, path, { ...body, headers });
        const expected = "authorization" in own ? "INVALID_TOKEN" : "AUTHENTICATION_REQUIRED";
        expect([operation.method, path, status, json.error.code]).toEqual([
          operation.method,
          path,
          401,
          expected,
        ]);
      }
    }
  }
}, 60_000);

// security 29
test("the token of the cookie is no other kind of token", async () => {
  const headers = browserHeaders(token);
  expect((await app.call("GET", forward, { headers })).status).toBe(200);
  const sent = [
    app.call("GET", forward, { bearer: token }),
    app.post("/api/v1/auth/validate-token", { token }),
    app.post("/api/v1/auth/refresh", { refresh_token: token }),
    app.call("POST", "/api/v1/auth/refresh", {
      headers: { ...headers, origin: "http://localhost:8000" },
    }),
    app.post("/api/v1/auth/magic-link/verify", { token }),
    app.post("/api/v1/auth/verify-email", { token }),
    app.post("/api/v1/auth/password/reset-confirm", { token, password: "Another-Passphrase-9!" }),
    app.post("/api/v1/auth/oauth/exchange", { code: token }),
    app.call("POST", "/oauth/token", {
      form: { grant_type: "refresh_token", refresh_token: token },
    }),
  ];
  const statuses = (await Promise.all(sent)).map(({ status }) => status);
  expect(statuses).toEqual([401, 401, 401, 401, 401, 401, 401, 401, 400]);
  expect((await app.call("GET", forward, { headers })).status).toBe(200);
});

// Attack: other kinds of tokens in the cookie, for what is cached under their text.
test("no other kind of token is accepted in the cookie", async () => {
  const admin = await signInAdmin(app);
  for (const bearer of [undefined, admin.accessToken]) {
    await app.call("GET", forward, bearer === undefined ? {} : { bearer });
  }
  for (const value of [admin.accessToken, userId, "0".repeat(43)]) {
    const answer = await app.call("GET", forward, { headers: browserHeaders(value) });
    expect([answer.status, answer.json.error.code]).toEqual([401, "AUTHENTICATION_REQUIRED"]);
  }
});

// A sign-out by the API needs a token: another website could otherwise sign the visitor out.
test("the logout of the API does not take the cookie", async () => {
  const headers = { ...browserHeaders(token), origin: "http://localhost:8000" };
  expect((await app.call("POST", "/api/v1/auth/logout", { headers })).status).toBe(401);
  expect((await app.call("GET", forward, { headers: browserHeaders(token) })).status).toBe(200);
});
