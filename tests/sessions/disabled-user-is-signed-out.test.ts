import { describe, expect, test } from "bun:test";

import { mailTopic } from "../../src/features/mail/index.ts";
import { databaseKinds } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { goodPassword, logIn, mailTo, registerVerified, signUp } from "../support/journey.ts";
import { outcomeOfRefresh, refresh, refreshGrant, statusOfMe } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

// Disabled by SQL here, with nothing else changed: every endpoint checks the state.
describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });

  const disable = (userId: string) =>
    app.rows(`update users set disabled_at = now() where id = '${userId}'`);

  // security 35, 49
  test("the user's tokens are refused, and work again once the user is enabled", async () => {
    const user = await signUp(app);
    expect(await statusOfMe(app, user.accessToken)).toBe(200);
    await disable(user.userId);
    await eventually(
      () => statusOfMe(app, user.accessToken),
      (status) => status === 401,
    );
    expect(await outcomeOfRefresh(app, user.refreshToken)).toEqual([401, "INVALID_TOKEN"]);
    const grant = await refreshGrant(app, user.refreshToken);
    expect([grant.status, grant.json.error]).toEqual([400, "invalid_grant"]);
    await app.rows(`update users set disabled_at = null where id = '${user.userId}'`);
    expect((await refresh(app, user.refreshToken)).status).toBe(200);
    expect((await logIn(app, user)).status).toBe(200);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // security 12
  test("the right password gets the response of a wrong one", async () => {
    const [user, unknown] = [await registerVerified(app), await registerVerified(app)];
    await disable(user.userId);
    const right = await logIn(app, user);
    const wrong = await logIn(app, { ...unknown, password: "Another-password-1!" });
    const { timestamp: at, ...answer } = right.json;
    const { timestamp: then, ...ordinary } = wrong.json;
    expect([right.status, answer]).toEqual([wrong.status, ordinary]);
    expect([at, then]).toEqual([expect.any(String), expect.any(String)]);
    const sessions = await app.rows(`select id from sessions where user_id = '${user.userId}'`);
    expect([...sessions]).toEqual([]);
  });

  test("links and codes from before do nothing, and are not consumed", async () => {
    const user = await registerVerified(app);
    const { email } = user;
    await app.post("/api/v1/auth/magic-link", { email });
    const magic = await mailTo(app, email, 2);
    await app.post("/api/v1/auth/password/reset", { email });
    const reset = await mailTo(app, email, 3);
    await disable(user.userId);
    for (const [path, body, code] of [
      ["/magic-link/verify", { token: magic.token }, "INVALID_TOKEN"],
      ["/magic-link/verify", { email, code: magic.code }, "INVALID_CODE"],
      [
        "/password/reset-confirm",
        { token: reset.token, password: "Another-good-one-1!" },
        "INVALID_TOKEN",
      ],
    ] as const) {
      const answer = await app.post(`/api/v1/auth${path}`, body);
      expect([path, answer.json.error.code]).toEqual([path, code]);
    }
    const used = await app.rows(
      `select purpose from mail_challenges where user_id = '${user.userId}'
       and purpose <> 'verify-email' and consumed_at is not null`,
    );
    expect([...used]).toEqual([]);
    await app.rows(`update users set disabled_at = null where id = '${user.userId}'`);
    expect((await logIn(app, { email, password: goodPassword })).status).toBe(200);
  });

  test("no mail is sent to the user, and the address stays the user's", async () => {
    const user = await registerVerified(app);
    const { email } = user;
    await disable(user.userId);
    for (const path of ["magic-link", "password/reset", "resend-verification"]) {
      expect((await app.post(`/api/v1/auth/${path}`, { email })).status).toBe(202);
    }
    const again = await app.post("/api/v1/auth/register", { email, password: goodPassword });
    expect(again.json.error.code).toBe("DUPLICATE_EMAIL");
    await eventually(
      () => app.rows("select id from outbox where delivered_at is null"),
      (open) => open.length === 0,
    );
    const kinds = app.mailer.sent
      .filter(({ message }) => message.to.address === email)
      .map(({ message }) => message.kind);
    expect(kinds).toEqual(["verify-email"]);
  });

  // Queued before the user was disabled, while the mail server was down.
  test("a mail that is queued when the user is disabled is not sent", async () => {
    const user = await registerVerified(app);
    await disable(user.userId);
    const payload = JSON.stringify({
      kind: "account-exists",
      to: user.email,
      useful_until: null,
      facts: {},
    });
    const id = Bun.randomUUIDv7();
    await app.rows(`insert into outbox (id, topic, key, payload, created_at, available_at)
      values ('${id}', 'mail', '${user.userId}', '${payload}', now(), date_trunc('second', now()))`);
    app.platform.outboxWritten([mailTopic]);
    const [row] = await eventually(
      () => app.rows(`select delivered_at, dead_at from outbox where id = '${id}'`),
      ([found]) => found?.["delivered_at"] !== null || found["dead_at"] !== null,
    );
    expect(row?.["dead_at"]).toBeNull();
    const mails = app.mailer.sent.filter(({ message }) => message.to.address === user.email);
    expect(mails).toHaveLength(1);
  });
});
