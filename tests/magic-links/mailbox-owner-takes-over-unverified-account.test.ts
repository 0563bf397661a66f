import { expect, test } from "bun:test";

import { freshEmail, goodPassword, logIn, mailTo } from "../support/journey.ts";
import { askForMagicLink, openSessionsOf, signInByMail } from "../support/magic-link.ts";
import { mailsOfKind } from "../support/mail-of-kind.ts";
import { askForReset, confirmReset } from "../support/password-reset.ts";
import { race } from "../support/race.ts";
import { outcomeOfRefresh, refresh, statusOfMe } from "../support/session-calls.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";

// The worst case: an impostor gets tokens at once.
const app = useTestApp({ settings: { REQUIRE_EMAIL_VERIFICATION: "false" } });

/** An impostor registers another person's address, and is signed in on two devices. */
async function impostor() {
  const email = freshEmail();
  const answer = await app.post("/api/v1/auth/register", { email, password: goodPassword });
  const { user_id: userId, access_token, refresh_token } = answer.json.data;
  const other = await app.post(
    "/api/v1/auth/login",
    { email, password: goodPassword },
    { headers: { "user-agent": "Another device" } },
  );
  expect([answer.status, other.status]).toEqual([201, 200]);
  return {
    userId: String(userId),
    email,
    accessToken: String(access_token),
    refreshTokens: [String(refresh_token), String(other.json.data.refresh_token)],
    verification: await mailTo(app, email),
  };
}

// Attack: an impostor registers the victim's address first, and keeps a password, sessions and links.
// part of security 61
test.each(["link", "code"])("by %s: nothing that an impostor has set up remains", async (by) => {
  const { userId, email, accessToken, refreshTokens, verification } = await impostor();
  expect(await statusOfMe(app, accessToken)).toBe(200);
  const reset = await askForReset(app, email);
  const { token, code } = await askForMagicLink(app, email);

  const owner = await signInByMail(app, by === "link" ? { token } : { email, code });
  expect(owner.status).toBe(200);
  expect(owner.json.data.user).toMatchObject({ id: userId, email, email_verified: true });

  expect((await logIn(app, { email, password: goodPassword })).json.error.code).toBe(
    "INVALID_CREDENTIALS",
  );
  expect(await statusOfMe(app, accessToken)).toBe(401);
  for (const refreshToken of refreshTokens) {
    expect(await outcomeOfRefresh(app, refreshToken)).toEqual([401, "INVALID_TOKEN"]);
  }
  expect((await confirmReset(app, reset)).status).toBe(401);
  const { status } = await app.post("/api/v1/auth/verify-email", { token: verification.token });
  expect(status).toBe(401);
  expect((await app.post("/api/v1/auth/verify", { email, code: verification.code })).status).toBe(
    401,
  );

  expect(await openSessionsOf(app, userId)).toHaveLength(1);
  expect(await statusOfMe(app, owner.json.data.access_token)).toBe(200);
  expect((await refresh(app, owner.json.data.refresh_token)).status).toBe(200);
  const [devices] = await app.rows(
    `select count(*)::int as count from known_devices where user_id = '${userId}'`,
  );
  expect(devices).toEqual({ count: 1 });
  // The owner's first device sends no notice, whatever the impostor's devices were.
  expect(mailsOfKind(app, "new-sign-in", email)).toEqual([]);

  const audit = await app.rows(
    `select detail from audit_log where user_id = '${userId}' and action = 'user.email_verified' and result = 'success'`,
  );
  expect(audit).toEqual([{ detail: { by } }]);
  const events = await app.rows(
    `select type from events where user_id = '${userId}' order by position desc, id desc limit 2`,
  );
  expect(events).toEqual([{ type: "user.logged_in" }, { type: "user.email_verified" }]);
});

// Attack: the impostor signs in again and again while the owner presses the button.
// part of security 61
test("no concurrent sign-in of an impostor survives the owner's", async () => {
  for (let round = 0; round < 3; round += 1) {
    const { userId, email } = await impostor();
    const { token } = await askForMagicLink(app, email);
    const answers = await race(11, (index) =>
      index === 5 ? signInByMail(app, { token }) : logIn(app, { email, password: goodPassword }),
    );
    const owner = answers[5];
    expect(owner?.status).toBe(200);
    expect(await openSessionsOf(app, userId)).toHaveLength(1);
    const tokens = answers.filter((answer) => answer.status === 200 && answer !== owner);
    for (const { json } of tokens) {
      expect(await statusOfMe(app, json.data.access_token)).toBe(401);
      expect(await outcomeOfRefresh(app, json.data.refresh_token)).toEqual([401, "INVALID_TOKEN"]);
    }
    expect(await statusOfMe(app, owner?.json.data.access_token)).toBe(200);
  }
}, 30_000);

// Bad day: the user opens both mails.
test("a concurrent verification and magic link both succeed; a response 200 means signed in", async () => {
  for (let round = 0; round < 3; round += 1) {
    const { userId, email, verification } = await impostor();
    const { token } = await askForMagicLink(app, email);
    const [verified, signedIn] = await race(2, (index) =>
      index === 0
        ? app.post("/api/v1/auth/verify-email", { token: verification.token })
        : signInByMail(app, { token }),
    );
    expect([200, 401]).toContain(verified?.status ?? 0);
    expect(signedIn?.status).toBe(200);
    expect(await statusOfMe(app, signedIn?.json.data.access_token)).toBe(200);
    const [user] = await app.rows(`select email_verified_at from users where id = '${userId}'`);
    expect(user?.["email_verified_at"]).not.toBeNull();
    const events = await app.rows(
      `select id from events where user_id = '${userId}' and type = 'user.email_verified'`,
    );
    expect(events).toHaveLength(1);
  }
}, 30_000);

// security 66
test("where verification is required, the mail verifies and signs in", async () => {
  await using strict = await startTestApp();
  const email = freshEmail();
  await strict.post("/api/v1/auth/register", { email, password: goodPassword });
  const { token } = await askForMagicLink(strict, email);
  const answer = await signInByMail(strict, { token });
  expect(answer.status).toBe(200);
  expect(answer.json.data.user.email_verified).toBe(true);
  expect((await logIn(strict, { email, password: goodPassword })).status).toBe(401);
});
