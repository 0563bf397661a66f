import { afterEach, expect, setSystemTime, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import { databaseDump } from "../support/database-dump.ts";
import { eventually } from "../support/eventually.ts";
import { freshEmail, logIn, mailTo, signUp } from "../support/journey.ts";
import { askForEmail, confirmEmail, mailedChange } from "../support/own-account.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

afterEach(() => {
  setSystemTime();
});

// Attack: a stolen access token is to be enough to take the account over.
// security 70: the re-authentication
test("without the right password no mail is sent", async () => {
  const user = await signUp(app);
  const newEmail = freshEmail();
  const wrong = await askForEmail(app, user, newEmail, "Another-password-1!");
  expect([wrong.status, wrong.json.error.code]).toEqual([401, "INVALID_CREDENTIALS"]);
  expect(await auditOf(app, wrong)).toMatchObject([
    {
      action: "user.email_change_requested",
      result: "failure",
      user_id: user.userId,
      detail: { reason: "wrong_password" },
    },
  ]);
  const missing = await app.post(
    "/api/v1/auth/email/change",
    { new_email: newEmail },
    { bearer: user.accessToken },
  );
  expect([missing.status, missing.json.error.code]).toEqual([400, "VALIDATION_ERROR"]);
  const anonymous = await app.post("/api/v1/auth/email/change", {
    new_email: newEmail,
    password: user.password,
  });
  expect([anonymous.status, anonymous.json.error.code]).toEqual([401, "AUTHENTICATION_REQUIRED"]);
  await app.rows(`update users set password_hash = null where id = '${user.userId}'`);
  const passwordless = await askForEmail(app, user, newEmail);
  expect([passwordless.status, passwordless.json.error.code]).toEqual([401, "INVALID_CREDENTIALS"]);

  const mails = await app.rows(
    `select payload->>'kind' as kind from outbox where topic = 'mail' and key = '${user.userId}'`,
  );
  expect(mails).toEqual([{ kind: "verify-email" }]);
});

test("an invalid address, or the user's present one, is refused", async () => {
  const user = await signUp(app);
  for (const [given, code] of [
    ["unknown", "INVALID_EMAIL"],
    ["a@example.com\r\nBcc: b@example.com", "INVALID_EMAIL"],
    ["a\u0000@example.com", "INVALID_EMAIL"],
    [`${"l".repeat(65)}@example.com`, "INVALID_EMAIL"],
    [user.email, "VALIDATION_ERROR"],
    [user.email.toUpperCase(), "VALIDATION_ERROR"],
  ] as const) {
    const { status, json } = await askForEmail(app, user, given);
    expect([given, status, json.error.code, json.error.details.field]).toEqual([
      given,
      400,
      code,
      "new_email",
    ]);
  }
});

// security 53: the link of a change
test("the token has at least 128 bits, is stored as a hash, and expires", async () => {
  const user = await signUp(app);
  const { token } = await mailedChange(app, user);
  expect(token.length * 6).toBeGreaterThanOrEqual(128);
  expect(await databaseDump(app)).not.toContain(token);
  expect(app.log.join("\n")).not.toContain(token);
  const [stored] = await app.rows(
    `select code_hash from mail_challenges where user_id = '${user.userId}' and purpose = 'change-email'`,
  );
  expect(stored).toEqual({ code_hash: null });
  setSystemTime(Date.now() + 24 * 3_600_000 + 1000);
  const late = await confirmEmail(app, token);
  expect([late.status, late.json.error.code]).toEqual([401, "EXPIRED_TOKEN"]);
  expect(await auditOf(app, late)).toMatchObject([
    { action: "user.email_changed", result: "failure", user_id: user.userId },
  ]);
  setSystemTime();
  expect((await logIn(app, user)).status).toBe(200);
});

// security 57
test("a token is valid for its own purpose only, and a newer request replaces it", async () => {
  const user = await signUp(app);
  await app.post("/api/v1/auth/password/reset", { email: user.email });
  const reset = await eventually(
    () => mailTo(app, user.email),
    ({ kind }) => kind === "reset-password",
  );
  const first = await mailedChange(app, user);
  const second = await mailedChange(app, user);
  for (const token of [
    reset.token,
    first.token,
    "unknown",
    "a\u0000b",
    user.accessToken.slice(0, 500),
  ]) {
    const answer = await confirmEmail(app, token);
    expect([answer.status, answer.json.error.code]).toEqual([401, "INVALID_TOKEN"]);
  }
  for (const [path, more] of [
    ["verify-email", {}],
    ["magic-link/verify", {}],
    ["password/reset-confirm", { password: "Another-good-one-1!" }],
  ] as const) {
    const answer = await app.post(`/api/v1/auth/${path}`, { token: second.token, ...more });
    expect([path, answer.status]).toEqual([path, 401]);
  }
  expect((await confirmEmail(app, second.token)).json.data.email).toBe(second.email);
});

// Attack: the thief asked for the change with the old password; its owner changed that.
// security 64
test("a password change revokes the link", async () => {
  const user = await signUp(app);
  const { token } = await mailedChange(app, user);
  const changed = await app.post(
    "/api/v1/auth/password/change",
    { current_password: user.password, new_password: "Another-good-one-1!" },
    { bearer: user.accessToken },
  );
  expect(changed.status).toBe(200);
  const answer = await confirmEmail(app, token);
  expect([answer.status, answer.json.error.code]).toEqual([401, "INVALID_TOKEN"]);
  expect(await app.rows(`select email from users where id = '${user.userId}'`)).toEqual([
    { email: user.email },
  ]);
});
