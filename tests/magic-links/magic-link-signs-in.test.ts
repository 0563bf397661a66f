import { expect, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import { createCountedApp } from "../support/counted-app.ts";
import { decodeToken } from "../support/forge-token.ts";
import { freshEmail, logIn, registerVerified } from "../support/journey.ts";
import { askForMagicLink, openSessionsOf, signInByMail } from "../support/magic-link.ts";
import { cookieOf, tokenInCookie } from "../support/refresh-cookie.ts";
import { outcomeOfRefresh, sessionOf, statusOfMe } from "../support/session-calls.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";

const app = useTestApp();

test("with the link or the code: tokens as from a sign-in, audited and announced", async () => {
  const user = await registerVerified(app, { username: "mail-reader", name: "Ada" });
  const loggedIn = await logIn(app, user);
  const byLink = await signInByMail(app, { token: (await askForMagicLink(app, user.email)).token });
  const { code } = await askForMagicLink(app, user.email, 2);
  const byCode = await signInByMail(app, { email: user.email.toUpperCase(), code });

  for (const answer of [byLink, byCode]) {
    expect(answer.status).toBe(200);
    const { data } = answer.json;
    expect(Object.keys(data).toSorted()).toEqual(Object.keys(loggedIn.json.data).toSorted());
    expect(data.user).toEqual(loggedIn.json.data.user);
    expect(decodeToken(data.access_token).claims).toMatchObject({ sub: user.userId, amr: ["otp"] });
    expect(await statusOfMe(app, data.access_token)).toBe(200);
    expect(await outcomeOfRefresh(app, data.refresh_token)).toEqual([200, undefined]);
    expect(await auditOf(app, answer)).toMatchObject([
      {
        action: "user.login",
        result: "success",
        user_id: user.userId,
        session_id: sessionOf(data.access_token),
        amr: ["otp"],
      },
    ]);
  }
  const events = await app.rows(
    `select id from events where user_id = '${user.userId}' and type = 'user.logged_in'`,
  );
  expect(events).toHaveLength(3);
  // A user with a verified address keeps the password and all sessions.
  expect((await logIn(app, user)).status).toBe(200);
  expect(await openSessionsOf(app, user.userId)).toHaveLength(4);
});

test("a refused sign-in is audited, with the user where there is one", async () => {
  const { userId, email } = await registerVerified(app);
  const { code } = await askForMagicLink(app, email);
  const wrong = code === "000000" ? "000001" : "000000";
  const refusals = [
    { proof: { token: "unknown" }, user_id: null, by: "link" },
    { proof: { email, code: wrong }, user_id: userId, by: "code" },
    { proof: { email: freshEmail(), code }, user_id: null, by: "code" },
  ];
  for (const { proof, user_id, by } of refusals) {
    const refused = await signInByMail(app, proof);
    expect(refused.status).toBe(401);
    const failure = { action: "user.login", result: "failure", session_id: null, detail: { by } };
    expect(await auditOf(app, refused)).toMatchObject([{ ...failure, user_id }]);
  }
});

test("an account without a password can sign in", async () => {
  const user = await registerVerified(app);
  await app.rows(`update users set password_hash = null where id = '${user.userId}'`);
  const { token } = await askForMagicLink(app, user.email);
  expect((await signInByMail(app, { token })).status).toBe(200);
});

test("the request needs either a token, or an address and a code", async () => {
  const user = await registerVerified(app);
  const { email } = user;
  const { token, code } = await askForMagicLink(app, email);
  const wrong = [
    {},
    { email },
    { code },
    { token, email },
    { token, code },
    { token, email, code },
    { token: "" },
    { email, code: "12345" },
    { email, code: Number(code) },
    { token: [token] },
    { token, user_id: user.userId },
  ];
  for (const body of wrong) {
    const { status, json } = await signInByMail(app, body);
    expect([body, status, json.error?.code]).toEqual([body, 400, "VALIDATION_ERROR"]);
  }
  const noAddress = await signInByMail(app, { email: "unknown", code });
  expect(noAddress.json.error.code).toBe("INVALID_EMAIL");
  // None of them cost the mail its use.
  expect((await signInByMail(app, { token })).status).toBe(200);
});

test("with REFRESH_TOKEN_COOKIE the refresh token is in the cookie alone", async () => {
  await using cookies = await startTestApp({ settings: { REFRESH_TOKEN_COOKIE: "true" } });
  const { email } = await registerVerified(cookies);
  const { token } = await askForMagicLink(cookies, email);
  const answer = await signInByMail(cookies, { token });
  expect(answer.status).toBe(200);
  expect(answer.json.data).not.toContainKey("refresh_token");
  expect(cookieOf(answer)?.attributes).toEqual([
    "HttpOnly",
    "Path=/api/v1/auth",
    "SameSite=Strict",
  ]);
  expect(await outcomeOfRefresh(cookies, tokenInCookie(answer))).toEqual([200, undefined]);
  const refused = await signInByMail(cookies, { token });
  expect([refused.status, cookieOf(refused)]).toEqual([401, null]);
});

test("a request takes one statement, and signing in three", async () => {
  const { email } = await registerVerified(app);
  const { token } = await askForMagicLink(app, email);
  const { code } = await askForMagicLink(app, email, 2);
  await using counted = createCountedApp(app);
  async function count(path: string, status: number, json: unknown): Promise<number> {
    const before = counted.statements;
    const answer = await counted.call("POST", path, { json });
    expect(answer.status).toBe(status);
    return counted.statements - before;
  }
  const verify = "/api/v1/auth/magic-link/verify";
  expect(await count("/api/v1/auth/magic-link", 202, { email: "x@example.com" })).toBe(1);
  expect(await count(verify, 200, { email, code })).toBe(3);
  expect(await count(verify, 401, { token })).toBe(1);
  expect(await count(verify, 401, { email, code })).toBe(2);
});
