import { expect, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import { goodPassword, logIn, signUp } from "../support/journey.ts";
import { mailsOfKind } from "../support/mail-of-kind.ts";
import {
  askForReset,
  changePassword,
  confirmReset,
  newPassword,
  outcomeOf,
} from "../support/password-reset.ts";
import { sessionOf, statusOfMe } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";
import { watchHasher } from "../support/watch-hasher.ts";

const app = useTestApp();

const path = "/api/v1/auth/password/change";

// Attack: a stolen access token alone.
// part of security 69
test.each([
  ["without it", {}, 400, "VALIDATION_ERROR"],
  ["with an empty one", { current_password: "" }, 401, "INVALID_CREDENTIALS"],
  ["with a wrong one", { current_password: "Wrong-password-1!" }, 401, "INVALID_CREDENTIALS"],
  ["with what no password can be", { current_password: "\u0000" }, 401, "INVALID_CREDENTIALS"],
  [
    "with the right one and a NUL after it",
    { current_password: `${goodPassword}\u0000${goodPassword}` },
    401,
    "INVALID_CREDENTIALS",
  ],
])("%s nothing is changed", async (_name, body, status, code) => {
  const user = await signUp(app);
  const answer = await app.post(
    path,
    { new_password: newPassword, ...body },
    { bearer: user.accessToken },
  );
  expect(outcomeOf(answer)).toEqual([status, code]);
  expect((await logIn(app, user)).status).toBe(200);
  expect(await statusOfMe(app, user.accessToken)).toBe(200);
  expect(mailsOfKind(app, "password-changed", user.email)).toEqual([]);
});

// part of security 69
test("without an access token nothing is changed", async () => {
  const user = await signUp(app);
  const body = { current_password: user.password, new_password: newPassword };
  expect(outcomeOf(await app.post(path, body))).toEqual([401, "AUTHENTICATION_REQUIRED"]);
  const asRefresh = await app.post(path, body, { bearer: user.refreshToken });
  expect(outcomeOf(asRefresh)).toEqual([401, "INVALID_TOKEN"]);
  expect((await logIn(app, user)).status).toBe(200);
});

// Attack: another user's id in the body.
// security 95
test("only the token decides whose password is changed", async () => {
  const [user, victim] = [await signUp(app), await signUp(app)];
  const body = { current_password: user.password, new_password: newPassword };
  for (const extra of [{ user_id: victim.userId }, { email: victim.email }]) {
    const answer = await app.post(path, { ...body, ...extra }, { bearer: user.accessToken });
    expect(outcomeOf(answer)).toEqual([400, "VALIDATION_ERROR"]);
  }
  const query = `${path}?user_id=${victim.userId}`;
  await app.post(query, body, {
    bearer: user.accessToken,
    headers: { "x-user-id": victim.userId },
  });
  expect((await logIn(app, victim)).status).toBe(200);
  expect((await logIn(app, { ...user, password: newPassword })).status).toBe(200);
});

test("errors name the fields, and a wrong password costs one comparison", async () => {
  const user = await signUp(app);
  const post = (body: object) => app.post(path, body, { bearer: user.accessToken });
  const right = { current_password: user.password };
  const mismatch = await post({
    ...right,
    new_password: newPassword,
    new_password_confirmation: `${newPassword}x`,
  });
  expect(outcomeOf(mismatch)).toEqual([400, "PASSWORD_MISMATCH"]);
  expect(mismatch.json.error.details.field).toBe("new_password_confirmation");
  const weak = await post({ ...right, new_password: "short" });
  expect(outcomeOf(weak)).toEqual([400, "WEAK_PASSWORD"]);
  expect(weak.json.error.details.field).toBe("new_password");

  const work = watchHasher(app);
  const wrong = await post({ current_password: "Wrong-password-1!", new_password: newPassword });
  expect(wrong.json.error.details.field).toBe("current_password");
  expect(work).toEqual({ hashed: 0, compared: [expect.any(String)] });
});

test("an account without a password gets one by reset only", async () => {
  const user = await signUp(app);
  await app.rows(`update users set password_hash = null where id = '${user.userId}'`);
  expect(outcomeOf(await changePassword(app, user))).toEqual([401, "INVALID_CREDENTIALS"]);
  expect(outcomeOf(await confirmReset(app, await askForReset(app, user.email)))).toEqual([
    200,
    null,
  ]);
  expect((await logIn(app, { ...user, password: newPassword })).status).toBe(200);
});

// security 122
test("each attempt is audited with its session", async () => {
  const user = await signUp(app);
  const wrong = await changePassword(app, { ...user, password: "Wrong-password-1!" });
  const row = {
    action: "user.password_changed",
    actor_kind: "user",
    user_id: user.userId,
    amr: ["pwd"],
    ip_address: "127.0.0.1",
    user_agent: expect.any(String),
  };
  expect(await auditOf(app, wrong)).toEqual([
    {
      ...row,
      result: "failure",
      session_id: sessionOf(user.accessToken),
      detail: { reason: "wrong_password" },
    },
  ]);
  const changed = await changePassword(app, user);
  expect(await auditOf(app, changed)).toEqual([
    {
      ...row,
      result: "success",
      session_id: sessionOf(user.accessToken),
      detail: { by: "change" },
    },
  ]);
});
