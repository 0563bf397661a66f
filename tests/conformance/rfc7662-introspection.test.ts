import { beforeAll, expect, test } from "bun:test";
import {
  ClientSecretBasic,
  introspectionRequest,
  processIntrospectionResponse,
  WWWAuthenticateChallengeError,
} from "oauth4webapi";

import { signInAdmin } from "../support/admin.ts";
import { basic, clientToken, introspect, makeClient, type TestClient } from "../support/clients.ts";
import { eventually } from "../support/eventually.ts";
import { decodeToken, forgeToken, hmac } from "../support/forge-token.ts";
import { signUp } from "../support/journey.ts";
import { caught, discover } from "../support/strict-client.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
let client: TestClient;
let strict: Awaited<ReturnType<typeof discover>>;

beforeAll(async () => {
  client = await makeClient(app);
  strict = await discover(app);
});

async function introspectStrictly(token: string, secret = client.secret) {
  const { server, options } = strict;
  const self = { client_id: client.id };
  const auth = ClientSecretBasic(secret);
  const answer = await introspectionRequest(server, self, auth, token, options);
  return processIntrospectionResponse(server, self, answer);
}

const tell = async (token: string) => (await introspect(app, client, token)).json;
const refresh = (refreshToken: string) =>
  app.post("/api/v1/auth/refresh", { refresh_token: refreshToken });

// RFC 7662 §2.2
test("introspection describes a user's token", async () => {
  const user = await signInAdmin(app);
  const { claims } = decodeToken(user.accessToken);
  const told: unknown = await introspectStrictly(user.accessToken);
  expect(told).toEqual({
    active: true,
    token_type: "bearer",
    sub: user.userId,
    username: user.email,
    email: user.email,
    email_verified: true,
    roles: ["user", "admin"],
    permissions: expect.arrayContaining(["clients:write", "users:read"]),
    iss: "http://localhost:8000",
    aud: "gatehouse",
    client_id: "gatehouse",
    sid: claims["sid"],
    jti: claims["jti"],
    iat: claims["iat"],
    exp: claims["exp"],
  });
});

test("the username is included where there is one, and the response is not cacheable", async () => {
  const username = `u${Bun.randomUUIDv7()}`;
  const user = await signUp(app, { username });
  const answer = await introspect(app, client, user.accessToken);
  expect([answer.json.username, answer.json.roles]).toEqual([username, ["user"]]);
  expect(answer.headers.get("cache-control")).toBe("no-store");
});

test("a client's own token names only the client", async () => {
  const token = await clientToken(app, client);
  const { jti, iat, exp } = decodeToken(token).claims;
  expect(await tell(token)).toEqual({
    active: true,
    token_type: "bearer",
    sub: client.id,
    client_id: client.id,
    iss: "http://localhost:8000",
    aud: "gatehouse",
    jti,
    iat,
    exp,
  });
});

// A service that takes whatever is active for an access token must be able to see that this one is none.
test("a refresh token has no token type and is not consumed, and only the current one is active", async () => {
  const user = await signUp(app);
  const { sid, jti, iat, exp } = decodeToken(user.refreshToken).claims;
  const told = await tell(user.refreshToken);
  const iss = "http://localhost:8000";
  expect(told).toEqual({
    active: true,
    sub: user.userId,
    username: user.email,
    iss,
    sid,
    jti,
    iat,
    exp,
  });
  expect(await tell(user.refreshToken)).toEqual(told);

  const renewed = await refresh(user.refreshToken);
  expect(renewed.status).toBe(200);
  expect(await tell(user.refreshToken)).toEqual({ active: false });
  expect((await tell(renewed.json.data.refresh_token)).active).toBe(true);
  // Asking about an old token is not using it: the session goes on.
  expect((await refresh(renewed.json.data.refresh_token)).status).toBe(200);
});

// security 35 (introspection), 36 (introspection)
test("a revoked token is inactive, and nothing else is shown of it", async () => {
  const out = await signUp(app);
  const gone = await signUp(app);
  const expired = await signUp(app);
  const everyTokenOf = (user: { accessToken: string; refreshToken: string }) => [
    user.accessToken,
    user.refreshToken,
  ];
  for (const token of [out, gone, expired].flatMap(everyTokenOf)) {
    expect((await tell(token)).active).toBe(true);
  }
  await app.call("POST", "/api/v1/auth/logout", { bearer: out.accessToken });
  await app.rows(`update users set deleted_at = now() where id = '${gone.userId}'`);
  await app.rows(
    `update sessions set absolute_expires_at = now(), ended_at = now() where user_id = '${expired.userId}'`,
  );
  for (const token of [out, gone, expired].flatMap(everyTokenOf)) {
    const told = await eventually(
      () => tell(token),
      ({ active }) => active === false,
    );
    expect(told).toEqual({ active: false });
  }
});

// security 36 (introspection)
test("an unknown, foreign, forged or malformed token is inactive, not an error", async () => {
  const user = await signUp(app);
  const { header, claims } = decodeToken(user.accessToken);
  const own = hmac(app.platform.settings.jwtSecretKey);
  const foreign = hmac("another secret of thirty-two bytes");
  const past = { ...claims, iat: 1, exp: 2 };
  const tokens = [
    "x",
    "a.b.c",
    "..",
    "\0",
    "\u{1f600}",
    "x".repeat(8193),
    "x".repeat(60_000),
    Bun.randomUUIDv7(),
    client.id,
    client.secret,
    user.password,
    user.accessToken.slice(0, -2),
    forgeToken({ header, claims }, foreign),
    forgeToken({ header: { ...header, alg: "none" }, claims }),
    forgeToken({ header, claims: past }, own),
    forgeToken({ header, claims: { ...claims, iss: "https://evil.example" } }, own),
    forgeToken({ header, claims: { ...claims, aud: "another-service" } }, own),
    forgeToken({ header, claims: { ...claims, sid: Bun.randomUUIDv7() } }, own),
    forgeToken({ header: { ...header, typ: "JWT" }, claims }, own),
    // Half a user's token and half a client's.
    forgeToken({ header, claims: { ...claims, client_id: client.id, sub: client.id } }, own),
    forgeToken({ header, claims: { ...claims, client_id: client.id, sid: undefined } }, own),
  ];
  for (const token of tokens) {
    const answer = await app.call("POST", "/oauth/introspect", {
      form: { token, token_type_hint: "anything" },
      headers: { authorization: client.authorization },
    });
    expect([token.slice(0, 40), answer.status, answer.json]).toEqual([
      token.slice(0, 40),
      200,
      { active: false },
    ]);
  }
  expect(app.log.filter((line) => line.includes("request failed"))).toEqual([]);
});

test("tokens of a deleted client are inactive", async () => {
  const admin = await signInAdmin(app);
  const doomed = await makeClient(app);
  const token = await clientToken(app, doomed);
  expect((await tell(token)).active).toBe(true);
  await app.call("DELETE", `/api/v1/clients/${doomed.id}`, { bearer: admin.accessToken });
  expect(await tell(token)).toEqual({ active: false });
});

// security 36 (introspection needs authentication); RFC 7662 §2.1
test("without client authentication nothing is revealed, not even that a token is missing", async () => {
  const user = await signUp(app);
  const error = await caught(introspectStrictly(user.accessToken, "wrong"));
  expect(error).toBeInstanceOf(WWWAuthenticateChallengeError);
  const proofs: Record<string, string>[] = [
    {},
    { authorization: basic(client.id, "wrong") },
    { authorization: basic("client_unknown", client.secret) },
    // RFC 7662 would allow a bearer token here; ours are users', who may not ask about others.
    { authorization: `Bearer ${user.accessToken}` },
    { authorization: `Bearer ${await clientToken(app, client)}` },
  ];
  for (const headers of proofs) {
    for (const form of [{ token: user.accessToken }, { token: "x" }, { x: "x" }]) {
      const answer = await app.call("POST", "/oauth/introspect", { form, headers });
      expect([answer.status, answer.json.error]).toEqual([401, "invalid_client"]);
      expect(answer.headers.get("www-authenticate")).toMatch(/^Basic /);
      expect(answer.headers.get("cache-control")).toBe("no-store");
    }
  }
});

test("a request without a token, with two, by GET or as JSON is refused", async () => {
  const { authorization } = client;
  const headers = { authorization };
  const ask = (method: string, call: object) =>
    app.call(method, "/oauth/introspect", { headers, ...call });
  const form = { authorization, "content-type": "application/x-www-form-urlencoded" };
  const answers = [
    [await ask("POST", { form: {} }), 400],
    [await ask("POST", { form: { token: "" } }), 400],
    [await ask("POST", { body: "token=a&token=b", headers: form }), 400],
    [await ask("POST", { json: { token: "a" } }), 415],
    [await ask("GET", {}), 405],
  ] as const;
  for (const [answer, status] of answers) {
    expect([answer.status, answer.json.error]).toEqual([status, "invalid_request"]);
  }
});
