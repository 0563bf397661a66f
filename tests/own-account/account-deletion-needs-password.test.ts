import { afterEach, expect, setSystemTime, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import { signUp } from "../support/journey.ts";
import { deleteAccount } from "../support/own-account.ts";
import { refreshed, statusOfMe } from "../support/session-calls.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";

const app = useTestApp();

afterEach(() => {
  setSystemTime();
});

// Attack: a stolen access token is to be enough to delete the account.
test("the right password is required", async () => {
  const user = await signUp(app);
  for (const [json, status, code, field] of [
    [undefined, 400, "VALIDATION_ERROR", "password"],
    [{}, 400, "VALIDATION_ERROR", "password"],
    [{ password: "Another-password-1!" }, 401, "INVALID_CREDENTIALS", "password"],
    [{ password: "" }, 401, "INVALID_CREDENTIALS", "password"],
    [{ password: `${user.password}\u0000` }, 401, "INVALID_CREDENTIALS", "password"],
    [{ password: null }, 400, "VALIDATION_ERROR", "password"],
    [{ password: user.password, user_id: user.userId }, 400, "VALIDATION_ERROR", "user_id"],
  ] as const) {
    const { status: given, json: answer } = await deleteAccount(app, user.accessToken, json);
    expect([json, given, answer.error.code, answer.error.details.field]).toEqual([
      json,
      status,
      code,
      field,
    ]);
  }
  const wrong = await deleteAccount(app, user.accessToken, { password: "wrong" });
  expect(await auditOf(app, wrong)).toMatchObject([
    {
      action: "user.deleted",
      result: "failure",
      user_id: user.userId,
      detail: { reason: "wrong_password" },
    },
  ]);
  expect(wrong.text).not.toContain('"wrong"');
  expect(await statusOfMe(app, user.accessToken)).toBe(200);
  const anonymous = await app.call("DELETE", "/api/v1/users/me", { json: {} });
  expect([anonymous.status, anonymous.json.error.code]).toEqual([401, "AUTHENTICATION_REQUIRED"]);
});

test("an account without a password needs a recent sign-in, which refreshing does not renew", async () => {
  const user = await signUp(app);
  const leaver = await signUp(app);
  await app.rows(
    `update users set password_hash = null where id in ('${user.userId}', '${leaver.userId}')`,
  );
  const sent = await deleteAccount(app, user.accessToken, { password: user.password });
  expect([sent.status, sent.json.error.code]).toEqual([401, "INVALID_CREDENTIALS"]);

  setSystemTime(Date.now() + 59 * 60_000);
  expect((await deleteAccount(app, leaver.accessToken)).status).toBe(200);
  setSystemTime(Date.now() + 2 * 60_000);
  const { accessToken } = await refreshed(app, user.refreshToken);
  for (const token of [user.accessToken, accessToken]) {
    const stale = await deleteAccount(app, token, {});
    expect([stale.status, stale.json.error.code]).toEqual([403, "REAUTHENTICATION_REQUIRED"]);
    expect(await auditOf(app, stale)).toMatchObject([
      { action: "user.deleted", result: "failure", detail: { reason: "session_not_fresh" } },
    ]);
  }
  expect(await statusOfMe(app, user.accessToken)).toBe(200);
});

test("a refresh token cookie is cleared", async () => {
  await using cookies = await startTestApp({ settings: { REFRESH_TOKEN_COOKIE: "true" } });
  const user = await signUp(cookies);
  const answer = await deleteAccount(cookies, user.accessToken, { password: user.password });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("set-cookie")).toMatch(/Max-Age=0|Expires=Thu, 01 Jan 1970/);
});
