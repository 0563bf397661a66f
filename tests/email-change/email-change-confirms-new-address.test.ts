import { describe, expect, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import { databaseKinds } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { freshEmail, logIn, mailTo, signUp } from "../support/journey.ts";
import { askForEmail, confirmEmail, kindsOfMailTo, mailedChange } from "../support/own-account.ts";
import { outcomeOfRefresh, refresh, statusOfMe } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });

  // security 70: re-authentication, confirmation by the new address, the old one notified and valid until then
  test("the address changes when the link is used, not before, and the old address is notified of both", async () => {
    const user = await signUp(app, { name: "Ada" });
    const newEmail = freshEmail();
    const asked = await askForEmail(app, user, newEmail.toUpperCase());
    expect([asked.status, asked.json.data]).toEqual([202, { message: expect.any(String) }]);
    expect(await auditOf(app, asked)).toMatchObject([
      { action: "user.email_change_requested", result: "success", user_id: user.userId },
    ]);
    const mail = await mailTo(app, newEmail);
    expect([mail.kind, mail.link]).toEqual([
      "change-email",
      `http://localhost:8000/change-email?token=${mail.token}`,
    ]);
    const notice = await mailTo(app, user.email, 2);
    expect([notice.kind, notice.link]).toEqual(["email-changed", ""]);
    expect(notice.text).toContain(newEmail);
    expect((await logIn(app, user)).status).toBe(200);
    expect((await logIn(app, { ...user, email: newEmail })).status).toBe(401);

    const confirmed = await confirmEmail(app, mail.token);
    expect([confirmed.status, confirmed.json.data]).toEqual([
      200,
      { message: expect.any(String), email: newEmail },
    ]);
    expect((await logIn(app, user)).status).toBe(401);
    const { user: present } = (await logIn(app, { ...user, email: newEmail })).json.data;
    expect([present.id, present.email, present.email_verified]).toEqual([
      user.userId,
      newEmail,
      true,
    ]);
    expect(await auditOf(app, confirmed)).toMatchObject([
      {
        action: "user.email_changed",
        result: "success",
        user_id: user.userId,
        detail: { email: newEmail, previous_email: user.email },
      },
    ]);
    const events = await app.rows(
      `select payload->'data' as data from events
       where user_id = '${user.userId}' and type = 'user.email_changed'`,
    );
    expect(events).toEqual([
      { data: { user_id: user.userId, email: newEmail, previous_email: user.email } },
    ]);
    await mailTo(app, user.email, 3);
    expect([kindsOfMailTo(app, user.email), kindsOfMailTo(app, newEmail)]).toEqual([
      ["verify-email", "email-changed", "email-changed"],
      ["change-email"],
    ]);
    const again = await confirmEmail(app, mail.token);
    expect([again.status, again.json.error.code]).toEqual([401, "INVALID_TOKEN"]);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // part of security 48: the change of an address
  test("every session ends with the change, and none with the request", async () => {
    const user = await signUp(app);
    const elsewhere = (await logIn(app, user)).json.data;
    const bystander = await signUp(app);
    const { token } = await mailedChange(app, user);
    expect(await statusOfMe(app, user.accessToken)).toBe(200);
    expect((await confirmEmail(app, token)).status).toBe(200);
    for (const { access, refreshing } of [
      { access: user.accessToken, refreshing: user.refreshToken },
      { access: elsewhere.access_token, refreshing: elsewhere.refresh_token },
    ]) {
      expect(await statusOfMe(app, access)).toBe(401);
      expect(await outcomeOfRefresh(app, refreshing)).toEqual([401, "INVALID_TOKEN"]);
    }
    expect((await refresh(app, bystander.refreshToken)).status).toBe(200);
  });

  // Attack: an intruder in the old mailbox requested links before the address changed.
  // security 57, 64
  test("links sent to the old address are revoked by the change", async () => {
    const user = await signUp(app);
    await app.post("/api/v1/auth/password/reset", { email: user.email });
    const reset = await eventually(
      () => mailTo(app, user.email),
      ({ kind }) => kind === "reset-password",
    );
    await app.post("/api/v1/auth/magic-link", { email: user.email });
    const magic = await eventually(
      () => mailTo(app, user.email),
      ({ kind }) => kind === "magic-link",
    );
    const { token } = await mailedChange(app, user);
    expect((await confirmEmail(app, token)).status).toBe(200);
    for (const [path, json] of [
      ["password/reset-confirm", { token: reset.token, password: "Another-good-one-1!" }],
      ["magic-link/verify", { token: magic.token }],
      ["magic-link/verify", { email: user.email, code: magic.code }],
    ] as const) {
      expect([path, (await app.post(`/api/v1/auth/${path}`, json)).status]).toEqual([path, 401]);
    }
  });
});
