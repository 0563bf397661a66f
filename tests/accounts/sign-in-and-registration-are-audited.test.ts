import { describe, expect, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import { eventually } from "../support/eventually.ts";
import type { Answer } from "../support/http-call.ts";
import { freshEmail, goodPassword, logIn, mailTo } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const userAgent = "Test-Browser/1.0";
const headers = { "user-agent": userAgent };

describe("the audit log on Postgres", () => {
  const app = useTestApp();

  /** Expects that a request left exactly one row, and whose. */
  async function expectRow(answer: Answer, row: Record<string, unknown>): Promise<void> {
    expect(await auditOf(app, answer)).toEqual([
      {
        result: "success",
        actor_kind: "anonymous",
        session_id: null,
        amr: null,
        ip_address: "127.0.0.1",
        user_agent: userAgent,
        detail: null,
        ...row,
      },
    ]);
  }

  function post(path: string, json: unknown): Promise<Answer> {
    return app.post(`/api/v1/auth/${path}`, json, { headers });
  }

  // security 122
  test("has one row for each step, failures included", async () => {
    const email = freshEmail();
    const credentials = { email, password: goodPassword };
    const registered = await post("register", credentials);
    const userId: string = registered.json.data.user_id;
    await expectRow(registered, { action: "user.registered", user_id: userId });
    await expectRow(await post("register", credentials), {
      action: "user.registered",
      result: "failure",
      user_id: null,
      detail: { reason: "DUPLICATE_EMAIL" },
    });

    const refused = { action: "user.login", result: "failure" };
    await expectRow(await post("login", credentials), {
      ...refused,
      user_id: userId,
      detail: { reason: "email_not_verified" },
    });
    await expectRow(await post("login", { ...credentials, password: "Wrong-password-1" }), {
      ...refused,
      user_id: userId,
      detail: { reason: "wrong_password" },
    });
    await expectRow(await post("login", { ...credentials, email: freshEmail() }), {
      ...refused,
      user_id: null,
      detail: { reason: "unknown_account" },
    });

    const { code, token } = await mailTo(app, email);
    const wrong = code === "000000" ? "111111" : "000000";
    const unverified = { action: "user.email_verified", result: "failure" };
    await expectRow(await post("verify", { email, code: wrong }), {
      ...unverified,
      user_id: userId,
      detail: { by: "code" },
    });
    await expectRow(await post("verify", { email: freshEmail(), code }), {
      ...unverified,
      user_id: null,
      detail: { by: "code" },
    });
    await expectRow(await post("verify-email", { token: `${token}x` }), {
      ...unverified,
      user_id: null,
      detail: { by: "link" },
    });
    await expectRow(await post("verify-email", { token }), {
      action: "user.email_verified",
      user_id: userId,
      detail: { by: "link" },
    });
    await expectRow(await post("verify", { email, code }), {
      ...unverified,
      user_id: null,
      detail: { by: "code" },
    });

    const signedIn = await post("login", credentials);
    await expectRow(signedIn, {
      action: "user.login",
      user_id: userId,
      session_id: expect.any(String),
      amr: ["pwd"],
    });
  });

  // The mail is sent by a worker, later; the row still says who asked for it.
  // security 122
  test("names the user who asked for a new mail, and has no row when no mail was due", async () => {
    const email = freshEmail();
    const userId: string = (await post("register", { email, password: goodPassword })).json.data
      .user_id;
    // Otherwise the next mail supersedes it.
    await mailTo(app, email);
    const asked = await post("resend-verification", { email });
    await mailTo(app, email, 2);
    const row = { action: "user.verification_requested", user_id: userId };
    await eventually(
      () => auditOf(app, asked),
      (rows) => rows.length > 0,
    );
    await expectRow(asked, row);

    const stranger = await post("resend-verification", { email: freshEmail() });
    await eventually(
      () =>
        app.rows(
          "select id from outbox where topic = 'verification-request' and delivered_at is null",
        ),
      (rows) => rows.length === 0,
    );
    expect(await auditOf(app, stranger)).toEqual([]);
  });

  // security 122
  test("has the sign-ins of the token endpoint as well", async () => {
    const email = freshEmail();
    const form = { grant_type: "password", username: email, password: goodPassword };
    const unknown = await app.call("POST", "/oauth/token", { form, headers });
    await expectRow(unknown, {
      action: "user.login",
      result: "failure",
      user_id: null,
      detail: { reason: "unknown_account" },
    });
    const registered = await post("register", { email, password: goodPassword });
    await post("verify-email", { token: (await mailTo(app, email)).token });
    await expectRow(await app.call("POST", "/oauth/token", { form, headers }), {
      action: "user.login",
      user_id: registered.json.data.user_id,
      session_id: expect.any(String),
      amr: ["pwd"],
    });
    expect((await logIn(app, { email, password: goodPassword })).status).toBe(200);
  });
});
