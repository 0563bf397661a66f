import { expect, test } from "bun:test";

import { freshEmail, goodPassword, logIn, mailTo } from "../support/journey.ts";
import { askForReset, confirmReset, newPassword, outcomeOf } from "../support/password-reset.ts";
import { refresh, statusOfMe } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp({ settings: { REQUIRE_EMAIL_VERIFICATION: "false" } });

function verificationEvents(userId: string) {
  return app.rows(
    `select payload->'data' as data from events
     where user_id = '${userId}' and type = 'user.email_verified'`,
  );
}

// Attack: an impostor registers the victim's address and stays signed in; the victim resets the password.
// part of security 48
test("a reset verifies an unverified account and removes what an impostor has set", async () => {
  const email = freshEmail();
  const registered = await app.post("/api/v1/auth/register", { email, password: goodPassword });
  const { user_id: userId, access_token: access, refresh_token: impostors } = registered.json.data;
  const { token: verification } = await mailTo(app, email);
  expect(await statusOfMe(app, access)).toBe(200);

  expect(outcomeOf(await confirmReset(app, await askForReset(app, email)))).toEqual([200, null]);
  expect(await statusOfMe(app, access)).toBe(401);
  expect(outcomeOf(await refresh(app, impostors))).toEqual([401, "INVALID_TOKEN"]);
  expect((await logIn(app, { email, password: goodPassword })).status).toBe(401);
  const verify = await app.post("/api/v1/auth/verify-email", { token: verification });
  expect(outcomeOf(verify)).toEqual([401, "INVALID_TOKEN"]);

  const signedIn = await logIn(app, { email, password: newPassword });
  expect(signedIn.json.data.user.email_verified).toBe(true);
  expect(await verificationEvents(userId)).toEqual([{ data: { user_id: userId, email } }]);
  expect(
    await app.rows(
      `select result, detail from audit_log where action = 'user.email_verified' and user_id = '${userId}' and result = 'success'`,
    ),
  ).toEqual([{ result: "success", detail: { by: "reset" } }]);
});

test("a verified account is not announced again", async () => {
  const email = freshEmail();
  const registered = await app.post("/api/v1/auth/register", { email, password: goodPassword });
  const { user_id: userId } = registered.json.data;
  await app.post("/api/v1/auth/verify-email", { token: (await mailTo(app, email)).token });
  const [before] = await app.rows(`select email_verified_at from users where id = '${userId}'`);
  expect(outcomeOf(await confirmReset(app, await askForReset(app, email)))).toEqual([200, null]);
  expect(await verificationEvents(userId)).toHaveLength(1);
  const [after] = await app.rows(`select email_verified_at from users where id = '${userId}'`);
  expect(after).toEqual(before);
});
