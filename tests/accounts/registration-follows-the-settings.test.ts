import { expect, test } from "bun:test";

import { freshEmail, goodPassword, logIn, mailTo } from "../support/journey.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";
import { openedEvent } from "../support/sealed-messages.ts";

function register(app: TestApp, email: string) {
  return app.post("/api/v1/auth/register", { email, password: goodPassword, name: "Ada" });
}

/** What is stored of the event that announced a user. */
async function announcement(app: TestApp, userId: string): Promise<Record<string, unknown>> {
  const [row] = await app.rows(
    `select id, payload, sealed from events where user_id = '${userId}'
     and type = 'user.registered'`,
  );
  return row ?? {};
}

test("with REQUIRE_EMAIL_VERIFICATION=false the response signs the user in, and the mail is still sent", async () => {
  await using app = await startTestApp({ settings: { REQUIRE_EMAIL_VERIFICATION: "false" } });
  const email = freshEmail();
  const answer = await register(app, email);
  const userId: string = answer.json.data.user_id;
  const user = { id: userId, email, username: null, name: "Ada", email_verified: false };
  expect([answer.status, answer.json.data]).toEqual([
    201,
    {
      user_id: userId,
      email,
      message: expect.any(String),
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      token_type: "bearer",
      expires_in: 86_400,
      user: { ...user, roles: ["user"] },
    },
  ]);

  const { access_token: bearer, refresh_token } = answer.json.data;
  const me = await app.call("GET", "/api/v1/users/me", { bearer });
  expect([me.status, me.json.data.email_verified]).toEqual([200, false]);
  expect((await app.post("/api/v1/auth/refresh", { refresh_token })).status).toBe(200);
  expect((await logIn(app, { email, password: goodPassword })).status).toBe(200);

  const { token } = await mailTo(app, email);
  expect((await app.post("/api/v1/auth/verify-email", { token })).status).toBe(200);
  const verified = await app.call("GET", "/api/v1/users/me", { bearer });
  expect(verified.json.data.email_verified).toBe(true);
});

// security 66
test("otherwise an unverified user gets no tokens, and no field of a request verifies the address", async () => {
  await using app = await startTestApp();
  const email = freshEmail();
  const answer = await register(app, email);
  expect([answer.status, answer.text.includes("token")]).toEqual([201, false]);

  const login = await logIn(app, { email, password: goodPassword });
  expect([login.status, login.json.error.code]).toEqual([403, "EMAIL_NOT_VERIFIED"]);
  const grant = await app.call("POST", "/oauth/token", {
    form: { grant_type: "password", username: email, password: goodPassword },
  });
  expect([grant.status, grant.json.error]).toEqual([400, "invalid_grant"]);
  // Without the right password the response does not reveal it.
  const stranger = await logIn(app, { email, password: "Another-password-1" });
  expect([stranger.status, stranger.json.error.code]).toEqual([401, "INVALID_CREDENTIALS"]);

  for (const field of ["email_verified", "email_verified_at", "emailVerified", "roles"]) {
    const body = { email: freshEmail(), password: goodPassword, [field]: true };
    expect((await app.post("/api/v1/auth/register", body)).status).toBe(400);
  }
  const rows = await app.rows("select email_verified_at from users");
  expect(rows).toEqual([{ email_verified_at: null }]);
  expect(await app.rows("select id from sessions")).toEqual([]);
});

test("EVENTS_INCLUDE_TOKENS decides whether the event holds the link's token, always sealed", async () => {
  for (const included of ["true", "false"]) {
    await using app = await startTestApp({ settings: { EVENTS_INCLUDE_TOKENS: included } });
    const email = freshEmail();
    const userId: string = (await register(app, email)).json.data.user_id;
    const { token } = await mailTo(app, email);
    const message = await announcement(app, userId);

    expect(message["payload"]).toEqual({
      event_type: "user.registered",
      timestamp: expect.stringMatching(/Z$/),
      data: { user_id: userId, email },
    });
    const secrets = message["sealed"] === null ? null : openedEvent(app, message);
    expect(secrets === null ? null : JSON.parse(secrets)).toEqual(
      included === "true" ? { email_verification_token: token } : null,
    );
  }
});
