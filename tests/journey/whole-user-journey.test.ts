import { describe, expect, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import { freshEmail, goodPassword, logIn, mailTo, signUp } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";
import { openedEvent } from "../support/sealed-messages.ts";

describe.each([...databaseKinds])("the whole journey on %s", (database) => {
  const app = useTestApp({ database });

  test("a new user registers, verifies by link, signs in, refreshes, reads their profile, and signs out", async () => {
    const email = freshEmail();
    const registered = await app.post("/api/v1/auth/register", {
      email,
      password: goodPassword,
      password_confirmation: goodPassword,
      username: `ada-${email.slice(5, 30)}`,
      name: "Ada",
    });
    expect(registered.status).toBe(201);
    expect(registered.json).toEqual({
      success: true,
      data: {
        user_id: expect.any(String),
        email,
        message: "Registration successful. Please verify your email.",
      },
      timestamp: expect.stringMatching(/Z$/),
    });
    const userId: string = registered.json.data.user_id;

    const early = await logIn(app, { email, password: goodPassword });
    expect([early.status, early.json.error.code]).toEqual([403, "EMAIL_NOT_VERIFIED"]);

    const mail = await mailTo(app, email);
    expect(mail.kind).toBe("verify-email");
    const verified = await app.post("/api/v1/auth/verify-email", { token: mail.token });
    expect([verified.status, verified.json.data.user_id]).toEqual([200, userId]);

    const signedIn = await logIn(app, { email, password: goodPassword });
    expect(signedIn.status).toBe(200);
    expect(signedIn.json.data).toEqual({
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      token_type: "bearer",
      expires_in: 86_400,
      user_id: userId,
      user: {
        id: userId,
        email,
        username: `ada-${email.slice(5, 30)}`,
        name: "Ada",
        email_verified: true,
        roles: ["user"],
      },
    });

    const me = await app.call("GET", "/api/v1/users/me", {
      bearer: signedIn.json.data.access_token,
    });
    const timestamp = expect.stringMatching(/Z$/);
    const profile = {
      phone: null,
      avatar_url: null,
      locale: null,
      metadata: {},
      created_at: timestamp,
      updated_at: timestamp,
    };
    expect([me.status, me.json.data]).toEqual([200, { ...signedIn.json.data.user, ...profile }]);

    const valid = await app.post("/api/v1/auth/validate-token", {
      token: signedIn.json.data.access_token,
    });
    expect([valid.status, valid.json.data]).toEqual([
      200,
      {
        is_valid: true,
        user_id: userId,
        email,
        email_verified: true,
        expires_at: expect.stringMatching(/Z$/),
        session_id: expect.any(String),
        roles: ["user"],
        permissions: [],
      },
    ]);

    const refreshed = await app.post("/api/v1/auth/refresh", {
      refresh_token: signedIn.json.data.refresh_token,
    });
    expect(refreshed.status).toBe(200);
    expect(refreshed.json.data.refresh_token).not.toBe(signedIn.json.data.refresh_token);

    for (const attempt of ["first", "repeated"]) {
      const out = await app.call("POST", "/api/v1/auth/logout", {
        bearer: refreshed.json.data.access_token,
      });
      expect([attempt, out.status]).toEqual([attempt, 200]);
    }
    const after = await app.call("GET", "/api/v1/users/me", {
      bearer: refreshed.json.data.access_token,
    });
    expect([after.status, after.json.error.code]).toEqual([401, "INVALID_TOKEN"]);
    const dead = await app.post("/api/v1/auth/refresh", {
      refresh_token: refreshed.json.data.refresh_token,
    });
    expect([dead.status, dead.json.error.code]).toEqual([401, "INVALID_TOKEN"]);
  });

  test("the code of the mail verifies as well, also after a new mail, and revokes the new code", async () => {
    const email = freshEmail();
    await app.post("/api/v1/auth/register", { email, password: goodPassword });
    const first = await mailTo(app, email);
    const again = await app.post("/api/v1/auth/resend-verification", { email });
    expect(again.status).toBe(202);
    const second = await mailTo(app, email, 2);

    const verified = await app.post("/api/v1/auth/verify", { email, code: first.code });
    expect(verified.status).toBe(200);
    const other = await app.post("/api/v1/auth/verify", { email, code: second.code });
    expect([other.status, other.json.error.code]).toEqual([401, "INVALID_CODE"]);
    expect((await logIn(app, { email, password: goodPassword })).status).toBe(200);
  });

  test("sign-out everywhere ends all sessions and counts them", async () => {
    const user = await signUp(app);
    const other = await logIn(app, user);
    const out = await app.call("POST", "/api/v1/auth/logout-all", { bearer: user.accessToken });
    expect([out.status, out.json.data.revoked]).toEqual([200, 2]);
    const me = await app.call("GET", "/api/v1/users/me", { bearer: other.json.data.access_token });
    expect(me.status).toBe(401);
  });

  test("the OAuth 2.0 password and refresh grants give tokens in their RFC's form", async () => {
    const user = await signUp(app, { username: `u${Date.now().toString(36)}` });
    const granted = await app.call("POST", "/oauth/token", {
      form: { grant_type: "password", username: user.email, password: user.password },
    });
    expect([granted.status, granted.json]).toEqual([
      200,
      {
        access_token: expect.any(String),
        token_type: "bearer",
        expires_in: 86_400,
        refresh_token: expect.any(String),
      },
    ]);
    const refreshed = await app.call("POST", "/oauth/token", {
      form: { grant_type: "refresh_token", refresh_token: granted.json.refresh_token },
    });
    expect(refreshed.status).toBe(200);
  });

  test("the three events of the journey are stored, their secrets sealed", async () => {
    const user = await signUp(app);
    const rows = await app.rows(
      `select id, payload, sealed from events where user_id = '${user.userId}' order by position, id`,
    );
    const events = rows.map(({ payload }) =>
      typeof payload === "string" ? JSON.parse(payload) : payload,
    );
    expect(events).toEqual([
      {
        event_type: "user.registered",
        timestamp: expect.stringMatching(/Z$/),
        data: { user_id: user.userId, email: user.email },
      },
      {
        event_type: "user.email_verified",
        timestamp: expect.any(String),
        data: { user_id: user.userId, email: user.email },
      },
      {
        event_type: "user.logged_in",
        timestamp: expect.any(String),
        data: { user_id: user.userId, email: user.email, ip_address: "127.0.0.1" },
      },
    ]);
    expect(JSON.parse(openedEvent(app, rows[0]))).toEqual({
      email_verification_token: (await mailTo(app, user.email)).token,
    });
  });
});
