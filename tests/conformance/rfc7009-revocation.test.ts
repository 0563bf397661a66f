import { expect, test } from "bun:test";
import {
  ClientSecretBasic,
  None,
  processRevocationResponse,
  revocationRequest,
} from "oauth4webapi";

import { auditOf } from "../support/audit-rows.ts";
import { clientToken, introspect, makeClient } from "../support/clients.ts";
import { eventually } from "../support/eventually.ts";
import { decodeToken, forgeToken, hmac } from "../support/forge-token.ts";
import { logIn, type SignedInUser, signUp } from "../support/journey.ts";
import { discover } from "../support/strict-client.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

const revoke = (form: Record<string, string>) => app.call("POST", "/oauth/revoke", { form });

const statusOfMe = async (bearer: string) =>
  (await app.call("GET", "/api/v1/users/me", { bearer })).status;

async function expectEnded(user: SignedInUser) {
  expect(
    await eventually(
      () => statusOfMe(user.accessToken),
      (status) => status !== 200,
    ),
  ).toBe(401);
  const renewed = await app.post("/api/v1/auth/refresh", { refresh_token: user.refreshToken });
  expect([renewed.status, renewed.json.error.code]).toEqual([401, "INVALID_TOKEN"]);
}

// RFC 7009 §2
test("any client can end a session with either of its tokens", async () => {
  const { server, options } = await discover(app);
  const client = await makeClient(app);
  const self = { client_id: client.id };
  for (const auth of [None(), ClientSecretBasic(client.secret)]) {
    for (const kind of ["accessToken", "refreshToken"] as const) {
      const user = await signUp(app);
      const answer = await revocationRequest(server, self, auth, user[kind], options);
      expect(await processRevocationResponse(answer)).toBeUndefined();
      await expectEnded(user);
    }
  }
});

// RFC 7009 §2.1: a hint that is wrong or unknown hinders nothing.
test("the hint makes no difference, and the response is empty and not cacheable", async () => {
  for (const token_type_hint of ["access_token", "refresh_token", "nonsense", ""]) {
    const user = await signUp(app);
    const answer = await revoke({ token: user.refreshToken, token_type_hint });
    expect([answer.status, answer.text]).toEqual([200, ""]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    await expectEnded(user);
  }
});

test("a revocation is recorded once as a sign-out, and ends no other session of the user", async () => {
  const user = await signUp(app);
  const other = await logIn(app, user);
  const { sid } = decodeToken(user.accessToken).claims;
  const first = await revoke({ token: user.accessToken });
  expect(await auditOf(app, first)).toEqual([
    expect.objectContaining({
      action: "session.logout",
      result: "success",
      user_id: user.userId,
      session_id: sid,
    }),
  ]);
  const again = await revoke({ token: user.accessToken });
  expect(again.status).toBe(200);
  expect(await auditOf(app, again)).toEqual([]);
  expect(await statusOfMe(other.json.data.access_token)).toBe(200);
});

// security 36 (revocation)
test("a token that is unknown, foreign, forged, expired or malformed gets 200, and nothing changes", async () => {
  const user = await signUp(app);
  const { header, claims } = decodeToken(user.accessToken);
  const refreshParts = decodeToken(user.refreshToken);
  const own = hmac(app.platform.settings.jwtSecretKey);
  const foreign = hmac("another secret of thirty-two bytes");
  const tokens = [
    "x",
    "a.b.c",
    "\0",
    "x".repeat(60_000),
    user.userId,
    String(claims["sid"]),
    forgeToken({ header, claims }, foreign),
    forgeToken({ header: { ...header, alg: "none" }, claims }),
    forgeToken({ header, claims: { ...claims, iss: "https://evil.example" } }, own),
    // Genuine, but too old to prove anything.
    forgeToken({ header, claims: { ...claims, iat: 1, exp: 2 } }, own),
    forgeToken({ ...refreshParts, claims: { ...refreshParts.claims, iat: 1, exp: 2 } }, own),
    // Another user's session under one's own name.
    forgeToken({ header, claims: { ...claims, sub: Bun.randomUUIDv7() } }, own),
  ];
  for (const token of tokens) {
    const answer = await revoke({ token });
    expect([token.slice(0, 40), answer.status, answer.text]).toEqual([token.slice(0, 40), 200, ""]);
    expect(await auditOf(app, answer)).toEqual([]);
  }
  expect(await statusOfMe(user.accessToken)).toBe(200);
  const renewed = await app.post("/api/v1/auth/refresh", { refresh_token: user.refreshToken });
  expect(renewed.status).toBe(200);
});

test("a client's own token is revoked, on every replica; another one of the client stays active", async () => {
  const client = await makeClient(app);
  const token = await clientToken(app, client);
  const other = await clientToken(app, client);
  const replica = await app.replica();
  for (let times = 0; times < 2; times += 1) {
    expect((await revoke({ token })).status).toBe(200);
    expect((await introspect(app, client, token)).json).toEqual({ active: false });
  }
  expect((await introspect(replica, client, token)).json).toEqual({ active: false });
  expect((await introspect(replica, client, other)).json.active).toBe(true);
});

test("a request without a token, with two, by GET or as JSON is refused", async () => {
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const ask = (method: string, call: object) => app.call(method, "/oauth/revoke", call);
  const answers = [
    [await ask("POST", { form: {} }), 400],
    [await ask("POST", { body: "token=a&token=b", headers: form }), 400],
    [await ask("POST", { json: { token: "a" } }), 415],
    [await ask("GET", {}), 405],
  ] as const;
  for (const [answer, status] of answers) {
    expect([answer.status, answer.json.error]).toEqual([status, "invalid_request"]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
  }
});
