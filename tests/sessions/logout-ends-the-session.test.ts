import { afterEach, describe, expect, setSystemTime, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { decodeToken, forgeToken, hmac } from "../support/forge-token.ts";
import type { Call } from "../support/http-call.ts";
import { logIn, signUp } from "../support/journey.ts";
import {
  auditOf,
  outcomeOfRefresh,
  refresh,
  refreshed,
  refreshGrant,
  sessionOf,
  statusOfMe,
} from "../support/session-calls.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";

type Tokens = { readonly accessToken: string; readonly refreshToken: string };

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });

  afterEach(() => {
    setSystemTime();
  });

  async function logOut(call: Call) {
    const { status, json } = await app.call("POST", "/api/v1/auth/logout", call);
    return [status, json.error?.code];
  }

  async function expectDead(tokens: Tokens) {
    expect(await statusOfMe(app, tokens.accessToken)).toBe(401);
    const validated = await app.post("/api/v1/auth/validate-token", { token: tokens.accessToken });
    expect([validated.status, validated.json.error.code]).toEqual([401, "INVALID_TOKEN"]);
    const everywhere = await app.call("POST", "/api/v1/auth/logout-all", {
      bearer: tokens.accessToken,
    });
    expect(everywhere.status).toBe(401);
    expect(await outcomeOfRefresh(app, tokens.refreshToken)).toEqual([401, "INVALID_TOKEN"]);
    const granted = await refreshGrant(app, tokens.refreshToken);
    expect([granted.status, granted.json.error]).toEqual([400, "invalid_grant"]);
  }

  // Seen by `bun run chaos`: the token was from the future for that replica, so the sign-out was acknowledged and ended nothing.
  // security 46, 130
  test("at a replica whose clock is ten minutes behind", async () => {
    for (const callOf of [
      ({ accessToken }: Tokens): Call => ({ bearer: accessToken }),
      ({ refreshToken }: Tokens): Call => ({ json: { refresh_token: refreshToken } }),
    ]) {
      const user = await signUp(app);
      setSystemTime(Date.now() - 600_000);
      expect(await statusOfMe(app, user.accessToken)).toBe(401);
      expect(await logOut(callOf(user))).toEqual([200, undefined]);
      setSystemTime();
      await expectDead(user);
    }
  });

  // security 35, 46
  test("by either token, or an old one: the session ends, and a repeat changes nothing", async () => {
    const ways: readonly (readonly [string, (first: Tokens, now: Tokens) => Call])[] = [
      ["access token", (_first, { accessToken }) => ({ bearer: accessToken })],
      ["refresh token", (_first, { refreshToken }) => ({ json: { refresh_token: refreshToken } })],
      ["older access token", ({ accessToken }) => ({ bearer: accessToken })],
      ["older refresh token", ({ refreshToken }) => ({ json: { refresh_token: refreshToken } })],
      [
        "access token, beside a refresh token that is none",
        (_first, { accessToken }) => ({ bearer: accessToken, json: { refresh_token: "x" } }),
      ],
    ];
    for (const [way, callOf] of ways) {
      const user = await signUp(app);
      const { data: other } = (await logIn(app, user)).json;
      const newest = await refreshed(app, user.refreshToken);
      const call = callOf(user, newest);
      expect([way, ...(await logOut(call))]).toEqual([way, 200, undefined]);
      expect([way, ...(await logOut(call))]).toEqual([way, 200, undefined]);

      await expectDead(newest);
      await expectDead(user);
      expect(await statusOfMe(app, other.access_token)).toBe(200);
      expect((await refresh(app, other.refresh_token)).status).toBe(200);
      expect(await auditOf(app, user.accessToken)).toEqual([
        "user.login",
        "session.refreshed",
        "session.logout",
      ]);
    }
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // security 46. Bad day: a tab that slept for two days, its access token expired, its session still alive.
  test("by an expired access token", async () => {
    const user = await signUp(app);
    setSystemTime(Date.now() + 2 * 86_400_000);
    expect(await logOut({ bearer: user.accessToken })).toEqual([200, undefined]);
    setSystemTime();
    await expectDead(user);
  });

  // security 46. Attack: to sign a user out without the user's token.
  test("a foreign token, or one of the wrong kind, is no error and ends nothing", async () => {
    const user = await signUp(app);
    const forged = (token: string) =>
      forgeToken(decodeToken(token), hmac("another-secret-of-more-than-32-bytes"));
    const unknown = "018f2c6e-0000-7000-8000-000000000000";
    const ofNoSession = (token: string) => {
      const { header, claims } = decodeToken(token);
      const parts = { header, claims: { ...claims, sid: unknown } };
      return forgeToken(parts, hmac(app.platform.settings.jwtSecretKey));
    };
    const calls: Call[] = [
      { bearer: "x" },
      { bearer: forged(user.accessToken) },
      { bearer: user.refreshToken },
      { bearer: ofNoSession(user.accessToken) },
      { json: { refresh_token: "x" } },
      { json: { refresh_token: forged(user.refreshToken) } },
      { json: { refresh_token: user.accessToken } },
      { json: { refresh_token: ofNoSession(user.refreshToken) } },
      { json: { refresh_token: sessionOf(user.refreshToken) } },
    ];
    for (const call of calls) expect(await logOut(call)).toEqual([200, undefined]);
    expect(await auditOf(app, user.accessToken)).toEqual(["user.login"]);
    expect(await statusOfMe(app, user.accessToken)).toBe(200);
    expect((await refresh(app, user.refreshToken)).status).toBe(200);
  });

  test("without a token it is refused", async () => {
    for (const call of [{}, { json: {} }]) {
      expect(await logOut(call)).toEqual([401, "AUTHENTICATION_REQUIRED"]);
    }
    expect(await logOut({ json: { session_id: "x" } })).toEqual([400, "VALIDATION_ERROR"]);
  });

  // security 46
  test("everywhere: all active sessions of this user are ended and counted, and no other user's", async () => {
    const user = await signUp(app);
    const stranger = await signUp(app);
    const others: Tokens[] = [];
    for (let index = 0; index < 3; index += 1) {
      const { data } = (await logIn(app, user)).json;
      others.push({ accessToken: data.access_token, refreshToken: data.refresh_token });
    }
    const [ended, expired] = others;
    await logOut({ bearer: ended?.accessToken ?? "" });
    await app.rows(
      `update sessions set expires_at = now() - interval '1 second' where id = '${sessionOf(expired?.accessToken ?? "")}'`,
    );

    const out = await app.call("POST", "/api/v1/auth/logout-all", { bearer: user.accessToken });
    expect([out.status, out.json.data.revoked]).toEqual([200, 2]);
    for (const tokens of [user, ...others]) await expectDead(tokens);
    expect(
      await app.rows(
        `select result from audit_log where action = 'session.logout_all' and user_id = '${user.userId}'`,
      ),
    ).toEqual([{ result: "success" }]);

    expect(await statusOfMe(app, stranger.accessToken)).toBe(200);
    expect((await refresh(app, stranger.refreshToken)).status).toBe(200);
  });
});

// security 35
test("a sign-out at one replica applies at all others", async () => {
  await using app = await startTestApp();
  const replica = await app.replica();
  const user = await signUp(app);
  expect(await statusOfMe(replica, user.accessToken)).toBe(200);
  await app.call("POST", "/api/v1/auth/logout", { bearer: user.accessToken });
  await eventually(
    () => statusOfMe(replica, user.accessToken),
    (status) => status === 401,
  );
  expect(await outcomeOfRefresh(replica, user.refreshToken)).toEqual([401, "INVALID_TOKEN"]);
});
