import { describe, expect, test } from "bun:test";

import { codeOf } from "../support/error-code.ts";
import { freshEmail, goodPassword, registerVerified } from "../support/journey.ts";
import { kindsOfMailTo } from "../support/own-account.ts";
import { askForReset, confirmReset } from "../support/password-reset.ts";
import { statusOfMe } from "../support/session-calls.ts";
import { freshProfile, identitiesOf, resolve, signInSocially } from "../support/social-login.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";
import { eventsOf } from "../support/user-administration.ts";

describe("on Postgres", () => {
  const app = useTestApp();

  test("a first sign-in creates a verified account without password", async () => {
    const profile = freshProfile({
      name: "Ada Lovelace",
      avatarUrl: "https://example.com/ada.png",
      locale: "pt-br",
    });
    const { user_id: userId, user, access_token } = await signInSocially(app, profile);
    expect(user).toMatchObject({ email: profile.email, email_verified: true, username: null });
    expect(await statusOfMe(app, access_token)).toBe(200);
    const [row] = await app.rows(
      `select name, avatar_url, locale, password_hash from users where id = '${userId}'`,
    );
    expect(row).toEqual({
      name: "Ada Lovelace",
      avatar_url: "https://example.com/ada.png",
      locale: "pt-BR",
      password_hash: null,
    });
    expect(await identitiesOf(app, userId)).toMatchObject([
      { provider: "example", subject: profile.subject, email: profile.email },
    ]);
    const audit = await app.rows(
      `select action, detail from audit_log where user_id = '${userId}' and result = 'success' order by id`,
    );
    expect(audit.slice(0, 2)).toEqual([
      { action: "user.registered", detail: { by: "example" } },
      { action: "user.identity_linked", detail: { provider: "example" } },
    ]);
    expect(await eventsOf(app, userId, "user.registered")).toEqual([
      { user_id: userId, email: profile.email },
    ]);
    expect(await eventsOf(app, userId, "user.identity_linked")).toEqual([]);
    expect(kindsOfMailTo(app, String(profile.email))).toEqual([]);
  });

  // security 76: a changed address keeps the account, and another subject with the same address has no part in it
  test("the address at the provider may change, and the account stays", async () => {
    const profile = freshProfile();
    const { user, identityId } = await resolve(app, profile);
    const moved = { ...profile, email: freshEmail() };
    for (const changed of [moved, { ...profile, email: null, emailVerified: false }]) {
      const again = await resolve(app, changed);
      expect([again.user.id, again.user.email, again.identityId]).toEqual([
        user.id,
        String(profile.email),
        identityId,
      ]);
    }
    await resolve(app, moved);
    expect(await identitiesOf(app, user.id)).toMatchObject([{ email: moved.email }]);
    const other = await resolve(app, freshProfile({ email: moved.email }));
    expect(other.user.id).not.toBe(user.id);
  });

  // security 76
  test("the same subject of another provider or issuer is another identity", async () => {
    const profile = freshProfile();
    const { user } = await resolve(app, profile);
    const elsewhere = { ...profile, email: freshEmail() };
    const [byProvider, byIssuer] = [
      await resolve(app, elsewhere, { provider: "other" }),
      await resolve(app, { ...elsewhere, issuer: "https://other.example", email: freshEmail() }),
    ];
    expect(new Set([user.id, byProvider.user.id, byIssuer.user.id]).size).toBe(3);
  });

  // security 77
  test("an account with a verified address is linked, and its own profile stays", async () => {
    const owner = await registerVerified(app, { name: "Ada" });
    const profile = freshProfile({ email: owner.email.toUpperCase(), name: "Eve", locale: "de" });
    const { user, credentialsVersion } = await resolve(app, profile);
    expect([user.id, user.name, credentialsVersion]).toEqual([owner.userId, "Ada", 1]);
    const [row] = await app.rows(`select name, locale from users where id = '${owner.userId}'`);
    expect(row).toEqual({ name: "Ada", locale: "de" });
    expect(await eventsOf(app, owner.userId, "user.identity_linked")).toEqual([
      { user_id: owner.userId, provider: "example" },
    ]);
    expect(await eventsOf(app, owner.userId, "user.updated")).toEqual([
      { user_id: owner.userId, fields: ["locale"] },
    ]);
    const { status } = await app.post("/api/v1/auth/login", {
      email: owner.email,
      password: owner.password,
    });
    expect(status).toBe(200);
  });

  // Attack: an impostor writes the victim's address into an account at a provider that does not verify it.
  // security 77
  test("an address that the provider has not verified links nothing and creates nothing", async () => {
    const owner = await registerVerified(app);
    const unverified = { emailVerified: false };
    const profiles = [
      freshProfile({ ...unverified, email: owner.email }),
      freshProfile(unverified),
      freshProfile({ email: null }),
      freshProfile({ email: "bücher@example.com" }),
      freshProfile({ email: `${owner.email}\u0000` }),
    ];
    for (const profile of profiles) {
      const refused = resolve(app, profile);
      expect(await codeOf(refused)).toBe("CONFLICT");
      const message = await refused.catch((error: unknown) => String(error));
      expect(message).toContain("The provider has not verified this e-mail address.");
    }
    expect(await identitiesOf(app, owner.userId)).toEqual([]);
    const [failures] = await app.rows(
      `select count(*)::int > 0 as recorded from audit_log where action = 'user.login' and result = 'failure'
       and detail ->> 'by' = 'example' and detail ->> 'reason' = 'address_not_verified'`,
    );
    expect(failures).toEqual({ recorded: true });
  });
});

describe("on postgres", () => {
  const app = useTestApp();

  test("empty fields of the profile are filled at a later sign-in, others stay", async () => {
    const profile = freshProfile({ name: "Ada" });
    const { user } = await resolve(app, profile);
    const again = await resolve(app, {
      ...profile,
      name: "Eve",
      locale: "en_GB",
      avatarUrl: "https://example.com/ada.png",
    });
    expect(again.user.name).toBe("Ada");
    const [row] = await app.rows(
      `select name, avatar_url, locale from users where id = '${user.id}'`,
    );
    expect(row).toEqual({ name: "Ada", avatar_url: "https://example.com/ada.png", locale: null });
    expect(await eventsOf(app, user.id, "user.updated")).toEqual([
      { user_id: user.id, fields: ["avatar_url"] },
    ]);
  });

  test.each([
    ["a name with a control character", { name: "Ada\u0007" }],
    ["a name that is too long", { name: "a".repeat(201) }],
    ["a picture with another scheme", { avatarUrl: "javascript:alert(1)" }],
    ["a picture with user and password", { avatarUrl: "https://ada:secret@example.com/a.png" }],
    ["a locale that is no language tag", { locale: "../../etc" }],
  ])("%s is left out", async (_name, field) => {
    const { user } = await resolve(app, freshProfile(field));
    const [row] = await app.rows(
      `select name, avatar_url, locale from users where id = '${user.id}'`,
    );
    expect(row).toEqual({ name: null, avatar_url: null, locale: null });
  });

  test("a disabled user is refused like wrong credentials, by identity and by address", async () => {
    const profile = freshProfile();
    const { user } = await resolve(app, profile);
    await app.rows(`update users set disabled_at = now() where id = '${user.id}'`);
    expect(await codeOf(resolve(app, profile))).toBe("INVALID_CREDENTIALS");
    const stranger = freshProfile({ email: profile.email });
    expect(await codeOf(resolve(app, stranger))).toBe("INVALID_CREDENTIALS");
    expect(await identitiesOf(app, user.id)).toHaveLength(1);
    const audit = await app.rows(
      `select detail from audit_log where user_id = '${user.id}' and result = 'failure'`,
    );
    expect(audit[0]).toEqual({ detail: expect.objectContaining({ reason: "disabled" }) });
  });

  test("a new account follows REGISTRATION and ALLOWED_EMAIL_DOMAINS; an existing one signs in", async () => {
    const profile = freshProfile();
    const { user } = await resolve(app, profile);
    const owner = await registerVerified(app);
    for (const [provider, settings] of Object.entries({
      one: { REGISTRATION: "closed" },
      two: { REGISTRATION: "invite" },
      three: { ALLOWED_EMAIL_DOMAINS: "example.org" },
    })) {
      await using replica = await app.replica(settings);
      expect(await codeOf(resolve(replica, freshProfile()))).toBe("REGISTRATION_CLOSED");
      expect((await resolve(replica, profile)).user.id).toBe(user.id);
      const linked = await resolve(replica, freshProfile({ email: owner.email }), { provider });
      expect(linked.user.id).toBe(owner.userId);
    }
  });

  test("registrations through providers count as registrations", async () => {
    await using limited = await startTestApp({ settings: { RATE_LIMITS_ENABLED: "true" } });
    for (let count = 0; count < 10; count += 1) await resolve(limited, freshProfile());
    expect(await codeOf(resolve(limited, freshProfile()))).toBe("RATE_LIMITED");
  });

  // part of security 99: a deleted user's identity opens nothing of theirs
  test("the identity of a deleted user signs in to a new account, and moves to it", async () => {
    const profile = freshProfile();
    const { user } = await resolve(app, profile);
    await app.rows(`update users set deleted_at = now() where id = '${user.id}'`);
    expect(await codeOf(resolve(app, { ...profile, emailVerified: false }))).toBe("CONFLICT");
    const again = await resolve(app, profile);
    expect(again.user.id).not.toBe(user.id);
    expect(await identitiesOf(app, user.id)).toEqual([]);
    expect(await identitiesOf(app, again.user.id)).toMatchObject([{ subject: profile.subject }]);
  });

  test("a restored user signs in with the identity again", async () => {
    const profile = freshProfile();
    const { user } = await resolve(app, profile);
    await app.rows(`update users set deleted_at = now() where id = '${user.id}'`);
    await app.rows(`update users set deleted_at = null where id = '${user.id}'`);
    expect((await resolve(app, profile)).user.id).toBe(user.id);
  });

  test("a user without password sets one by a mailed reset, and both ways sign in", async () => {
    const profile = freshProfile();
    const { user_id: userId } = await signInSocially(app, profile);
    const token = await askForReset(app, String(profile.email));
    expect((await confirmReset(app, token, goodPassword)).status).toBe(200);
    const login = { email: profile.email, password: goodPassword };
    expect((await app.post("/api/v1/auth/login", login)).status).toBe(200);
    expect((await resolve(app, profile)).user.id).toBe(userId);
  });
});
