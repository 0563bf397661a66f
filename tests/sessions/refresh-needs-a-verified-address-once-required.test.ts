import { beforeAll, describe, expect, test } from "bun:test";

import { introspect, makeClient } from "../support/clients.ts";
import { freshEmail, goodPassword, logIn, mailTo, type SignedInUser } from "../support/journey.ts";
import { cookieHeaders, cookieOf, tokenInCookie } from "../support/refresh-cookie.ts";
import { outcomeOfRefresh, refresh, refreshGrant, sessionOf } from "../support/session-calls.ts";
import { type TestApp, startTestApp, useTestApp } from "../support/test-app.ts";

const refused = [403, "EMAIL_NOT_VERIFIED"];

/** Registers at an application that requires no verification, which signs in. */
async function unverifiedUser(app: TestApp): Promise<SignedInUser> {
  const email = freshEmail();
  const answer = await app.post("/api/v1/auth/register", { email, password: goodPassword });
  const { user_id: userId, access_token, refresh_token } = answer.json.data;
  const tokens = { accessToken: access_token, refreshToken: refresh_token };
  return { userId, email, password: goodPassword, ...tokens };
}

const verify = async (app: TestApp, { email }: SignedInUser) => {
  const { token } = await mailTo(app, email);
  return app.post("/api/v1/auth/verify-email", { token });
};

describe.each(["true", "false"])("with REFRESH_TOKEN_ROTATION=%s", (rotation) => {
  // Two replicas of one installation: before and after the operator switched verification on.
  const before = useTestApp({
    settings: { REQUIRE_EMAIL_VERIFICATION: "false", REFRESH_TOKEN_ROTATION: rotation },
  });
  let after: TestApp;
  let user: SignedInUser;

  beforeAll(async () => {
    after = await before.replica({ REQUIRE_EMAIL_VERIFICATION: "true" });
    user = await unverifiedUser(before);
  });

  // security 156
  test("an unverified user is refused, and the refusal is recorded", async () => {
    expect(await outcomeOfRefresh(after, user.refreshToken)).toEqual(refused);
    const granted = await refreshGrant(after, user.refreshToken);
    expect([granted.status, granted.json.error]).toEqual([400, "invalid_grant"]);
    const rows = await before.rows(
      `select result, detail from audit_log where action = 'session.refreshed'
       and session_id = '${sessionOf(user.refreshToken)}'`,
    );
    expect([...rows]).toEqual(
      Array.from({ length: 2 }, () => ({
        result: "failure",
        detail: { reason: "email_not_verified" },
      })),
    );
  });

  // Otherwise the token would count as stolen when the user comes back with it.
  // security 156
  test("the token is not used up: once the address is verified it gives new tokens", async () => {
    const { refreshToken } = user;
    for (let times = 0; times < 3; times += 1) {
      expect(await outcomeOfRefresh(after, refreshToken)).toEqual(refused);
    }
    expect((await verify(after, user)).status).toBe(200);
    const answer = await refresh(after, refreshToken);
    expect([answer.status, answer.json.data?.user.email_verified]).toEqual([200, true]);
  });

  test("where verification is not required, and for verified users, nothing changes", async () => {
    const other = await unverifiedUser(before);
    expect(await outcomeOfRefresh(before, other.refreshToken)).toEqual([200, undefined]);
    const third = await unverifiedUser(before);
    await verify(before, third);
    expect(await outcomeOfRefresh(after, third.refreshToken)).toEqual([200, undefined]);
  });

  // security 156
  test("introspection calls a refresh token that would be refused inactive", async () => {
    const other = await unverifiedUser(before);
    const client = await makeClient(before);
    expect((await introspect(before, client, other.refreshToken)).json.active).toBe(true);
    expect((await introspect(after, client, other.refreshToken)).json).toEqual({ active: false });
  });
});

describe("on Postgres", () => {
  const app = useTestApp({ settings: { REQUIRE_EMAIL_VERIFICATION: "true" } });

  // The same when the setting changes within the grace, for the token that was replaced just before.
  // part of security 156
  test("the predecessor within the grace is refused, and does not end the session", async () => {
    const email = freshEmail();
    await app.post("/api/v1/auth/register", { email, password: goodPassword });
    const { token } = await mailTo(app, email);
    await app.post("/api/v1/auth/verify-email", { token });
    const { refresh_token: first } = (await logIn(app, { email, password: goodPassword })).json
      .data;
    const { refresh_token: second } = (await refresh(app, first)).json.data;
    await app.rows(`update users set email_verified_at = null where email = '${email}'`);
    for (const presented of [first, second]) {
      expect(await outcomeOfRefresh(app, presented)).toEqual(refused);
    }
    // No row says that a token was exchanged which was refused.
    const session = `session_id = '${sessionOf(first)}'`;
    expect(
      await app.rows(
        `select result from audit_log where ${session} and action = 'session.refresh_grace'`,
      ),
    ).toEqual([]);
    expect(
      await app.rows(
        `select action, detail from audit_log where ${session} and result = 'failure'`,
      ),
    ).toEqual(
      [first, second].map(() => ({
        action: "session.refreshed",
        detail: { reason: "email_not_verified" },
      })),
    );
    await app.rows(`update users set email_verified_at = now() where email = '${email}'`);
    expect(await outcomeOfRefresh(app, second)).toEqual([200, undefined]);
  });
});

// security 156
test("forward-auth does not accept the cookie of a user who could not refresh", async () => {
  const settings = { REFRESH_TOKEN_COOKIE: "true", REQUIRE_EMAIL_VERIFICATION: "false" };
  await using before = await startTestApp({ settings });
  const after = await before.replica({ REQUIRE_EMAIL_VERIFICATION: "true" });
  const json = { email: freshEmail(), password: goodPassword };
  const headers = cookieHeaders(tokenInCookie(await before.post("/api/v1/auth/register", json)));
  const forward = (app: TestApp) => app.call("GET", "/api/v1/auth/forward", { headers });
  expect((await forward(before)).status).toBe(200);
  const answer = await forward(after);
  expect([answer.status, answer.json.error.code]).toEqual([401, "INVALID_TOKEN"]);
  const refreshed = await after.call("POST", "/api/v1/auth/refresh", { headers });
  expect([refreshed.status, refreshed.json.error.code]).toEqual(refused);
  expect(cookieOf(refreshed)).toBeNull();
});
