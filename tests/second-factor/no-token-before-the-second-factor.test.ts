import { expect, test } from "bun:test";

import { createFakeProvider } from "../support/fake-provider.ts";
import type { Answer } from "../support/http-call.ts";
import { freshEmail, goodPassword, logIn } from "../support/journey.ts";
import { askForMagicLink, signInByMail } from "../support/magic-link.ts";
import { readOperations } from "../support/operations.ts";
import { askForReset, confirmReset, newPassword } from "../support/password-reset.ts";
import { appUri, codeFrom, comeBack, exchange, startAt } from "../support/provider-journey.ts";
import {
  call2fa,
  signUpWithFactor,
  turnOn,
  useFrozenStep,
  type TwoFactorUser,
} from "../support/second-factor.ts";
import { refresh } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

const acme = createFakeProvider("acme");
const app = useTestApp({
  providers: [acme],
  settings: { REDIRECT_URIS: appUri, REQUIRE_EMAIL_VERIFICATION: "false" },
});
useFrozenStep();
const nonce = "a-nonce-of-the-app";
const subject = "subject-of-the-user";

/** A user with the factor on, a verified address, and an identity at the provider. */
async function userWithEverything(): Promise<TwoFactorUser> {
  const user = await signUpWithFactor(app);
  await app.rows(`update users set email_verified_at = now() where id = '${user.userId}'`);
  return user;
}

type Attempt = (user: TwoFactorUser) => Promise<Answer | readonly Answer[]>;

const profileOf = ({ email }: TwoFactorUser) => ({ email, subject: `${subject} ${email}` });

/** How a user with the factor on tries to get tokens by each operation that gives some. */
const attempts: Readonly<Record<string, Attempt>> = {
  "POST /api/v1/auth/login": (user) => logIn(app, user),
  "POST /oauth/token": async ({ email, password }) =>
    app.call("POST", "/oauth/token", {
      form: { grant_type: "password", username: email, password },
    }),
  "POST /api/v1/auth/magic-link/verify": async (user) => {
    const { token } = await askForMagicLink(app, user.email);
    const byLink = await signInByMail(app, { token });
    const { code } = await askForMagicLink(app, user.email, 2);
    return [byLink, await signInByMail(app, { email: user.email, code })];
  },
  "POST /api/v1/auth/oauth/exchange": async (user) =>
    exchange(app, await codeFrom(app, acme, { profile: profileOf(user) })),
  "POST /api/v1/auth/oauth/{provider}/token": (user) =>
    app.post("/api/v1/auth/oauth/acme/token", {
      id_token: acme.idToken(nonce, profileOf(user)),
      nonce,
    }),
  "GET /api/v1/auth/oauth/{provider}/callback": async (user) => {
    const started = await startAt(app, acme, {});
    return comeBack(app, "acme", acme.approve(started.location, profileOf(user)), started.cookie);
  },
  "POST /api/v1/auth/oauth/{provider}/callback": async (user) => {
    const started = await startAt(app, acme, {});
    const form = acme.approve(started.location, profileOf(user));
    return app.call("POST", "/api/v1/auth/oauth/acme/callback", {
      form,
      headers: { cookie: started.cookie },
    });
  },
};

/** Operations whose tokens are for a user who cannot have a factor yet, or has proven it. */
const exceptions: Readonly<Record<string, string>> = {
  "POST /api/v1/auth/register": "the account is new",
  "POST /api/v1/auth/refresh": "the session was opened with the factor, or before it was on",
  "POST /api/v1/auth/2fa/verify": "it proves the factor",
  "POST /api/v1/auth/passkeys/login/verify": "a passkey that verifies its user is two factors",
  "GET /api/v1/users/me/identities/{id}/tokens": "the tokens are those of a provider",
};

// security 38, 82. Attack: the password, the mailbox or the provider's account alone is known to another person.
test("every operation that gives tokens gives none before the second factor", async () => {
  const { operations, schemas } = await readOperations(app);
  const giving = operations
    .filter(({ answers }) => [...answers].some(([status, schema]) => status < 300 && gives(schema)))
    .map(({ method, path }) => `${method} ${path}`);
  function gives(schema: unknown): boolean {
    const text = JSON.stringify(schema ?? null);
    const names = [...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name);
    return text.includes('"access_token"') || names.some((name) => gives(schemas[name ?? ""]));
  }
  const covered = [...Object.keys(attempts), ...Object.keys(exceptions)];
  expect(giving.toSorted()).toEqual(covered.toSorted());

  const refused: string[] = [];
  for (const [name, attempt] of Object.entries(attempts)) {
    const user = await userWithEverything();
    const sessions = await sessionsOf(user);
    const tried = await attempt(user);
    const answers = "status" in tried ? [tried] : tried;
    for (const answer of answers) {
      refused.push(`${name} ${answer.status}`);
      expect(answer.text, name).not.toContain("access_token");
      expect(answer.text, name).not.toContain("refresh_token");
      // security 83: no cookie that opens anything comes before the factor.
      expect(answer.headers.getSetCookie().join(), name).not.toMatch(/refresh|trusted|device/);
      const mfaToken = answer.json.mfa_token ?? answer.json.error.details.mfa_token;
      // security 29: it is no access token.
      const me = await app.call("GET", "/api/v1/users/me", { bearer: mfaToken });
      expect(me.status).toBe(401);
    }
    expect(await sessionsOf(user)).toBe(sessions);
    const last = answers.at(-1);
    const verified = await call2fa(app, "verify", {
      mfa_token: last?.json.mfa_token ?? last?.json.error.details.mfa_token,
      code: user.authenticator.code(),
    });
    expect([name, verified.status]).toEqual([name, 200]);
    expect(verified.json.data.user_id).toBe(user.userId);
  }
  expect(refused.filter((each) => !/ 40[03]$/.test(each))).toEqual([]);
});

async function sessionsOf({ userId }: TwoFactorUser): Promise<number> {
  const rows = await app.rows(`select id from sessions where user_id = '${userId}'`);
  return rows.length;
}

// RFC 6749 §5.2: an error response in the form of the token endpoint.
test("the password grant responds with mfa_required", async () => {
  const { email, password } = await userWithEverything();
  const answer = await app.call("POST", "/oauth/token", {
    form: { grant_type: "password", username: email, password },
  });
  expect(answer.status).toBe(400);
  expect(answer.json).toMatchObject({
    error: "mfa_required",
    methods: ["totp", "recovery_code"],
    expires_in: 300,
  });
  expect(answer.headers.get("cache-control")).toBe("no-store");
});

// security 68. Attack: another person who reads the mailbox resets the password.
test("a reset of the password opens no session and leaves the factor on", async () => {
  const user = await userWithEverything();
  const token = await askForReset(app, user.email);
  expect((await confirmReset(app, token, newPassword)).status).toBe(200);
  const answer = await logIn(app, { ...user, password: newPassword });
  expect([answer.status, answer.json.error.code]).toEqual([403, "MFA_REQUIRED"]);
  expect((await refresh(app, user.refreshToken)).status).toBe(401);
});

// security 61. Attack: a person registers another person's address and turns the factor on.
test("the owner of the mailbox who claims an unverified account is not asked for a factor", async () => {
  const email = freshEmail();
  const json = { email, password: goodPassword };
  const registered = await app.post("/api/v1/auth/register", json);
  const {
    user_id: userId,
    access_token: accessToken,
    refresh_token: refreshToken,
  } = registered.json.data;
  await turnOn(app, { userId, email, password: goodPassword, accessToken, refreshToken });
  const { token } = await askForMagicLink(app, email);
  const claimed = await signInByMail(app, { token });
  expect(claimed.status).toBe(200);
  expect(await app.rows(`select * from totp_factors where user_id = '${userId}'`)).toEqual([]);
});
