import { beforeAll, describe, expect, test } from "bun:test";

import { hasPasskey } from "../../src/features/passkeys/index.ts";
import { linkIdentity } from "../../src/features/social-login/index.ts";
import { codeOf } from "../support/error-code.ts";
import { meanwhile } from "../support/held-rows.ts";
import { freshEmail, goodPassword, logIn } from "../support/journey.ts";
import { askForMagicLink, openSessionsOf, signInByMail } from "../support/magic-link.ts";
import { confirmEmail, mailedChange } from "../support/own-account.ts";
import {
  addPasskey,
  askToRegister,
  newPasskey,
  sendRegistration,
  signInWithPasskey,
} from "../support/passkeys.ts";
import { askForReset, confirmReset } from "../support/password-reset.ts";
import { outcomeOfRefresh, sessionOf, statusOfMe } from "../support/session-calls.ts";
import {
  callbackContext,
  freshProfile,
  identitiesOf,
  linkTo,
  resolve,
  signInSocially,
} from "../support/social-login.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

/** An account that an attacker has registered with the victim's address, and is signed in to. */
interface PreparedAccount {
  readonly userId: string;
  readonly email: string;
  readonly password: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

async function prepare(app: TestApp): Promise<PreparedAccount> {
  const email = freshEmail();
  const answer = await app.post("/api/v1/auth/register", { email, password: goodPassword });
  expect(answer.status).toBe(201);
  const { user_id: userId, access_token, refresh_token } = answer.json.data;
  const tokens = { accessToken: String(access_token), refreshToken: String(refresh_token) };
  return { userId: String(userId), email, password: goodPassword, ...tokens };
}

/** Whether the attacker still gets into the account with what they have set up. */
type Attempt = () => Promise<boolean>;

/** What an attacker sets up; the result tries to use it. */
const attackers: Readonly<
  Record<string, (app: TestApp, account: PreparedAccount) => Promise<Attempt>>
> = {
  "a password": async (app, account) => {
    return async () => (await logIn(app, account)).status === 200;
  },
  "an open session": async (app, { accessToken, refreshToken }) => {
    return async () => {
      const [status] = await outcomeOfRefresh(app, refreshToken);
      return status === 200 || (await statusOfMe(app, accessToken)) === 200;
    };
  },
  "a linked identity": async (app, account) => {
    const profile = freshProfile();
    await linkTo(app, account, profile, { provider: "attackers" });
    return async () => {
      const found = await resolve(app, profile, { provider: "attackers" });
      const linked = await identitiesOf(app, account.userId);
      return (
        found.user.id === account.userId || linked.some(({ provider }) => provider === "attackers")
      );
    };
  },
  "a linked identity at the victim's provider": async (app, account) => {
    const profile = freshProfile();
    await linkTo(app, account, profile);
    return async () => (await resolve(app, profile)).user.id === account.userId;
  },
  "a requested link of an identity": async (app, account) => {
    const request = {
      provider: "attackers",
      profile: freshProfile(),
      tokens: null,
      userId: account.userId,
      sessionId: sessionOf(account.accessToken),
      credentialsVersion: 1,
    };
    return async () => (await codeOf(linkIdentity(callbackContext(app), request))) === null;
  },
  "a passkey": async (app, { accessToken }) => {
    const { passkey } = await addPasskey(app, accessToken);
    expect((await signInWithPasskey(app, passkey)).status).toBe(200);
    return async () => (await signInWithPasskey(app, passkey)).status === 200;
  },
  "a requested passkey": async (app, { userId, accessToken }) => {
    const { data: options } = (await askToRegister(app, accessToken)).json;
    const passkey = newPasskey();
    return async () => {
      const answer = await sendRegistration(app, accessToken, passkey.create(options));
      const stored = await app.rows(`select id from passkeys where user_id = '${userId}'`);
      return answer.status === 201 || stored.length > 0;
    };
  },
  "a pending change of the address": async (app, account) => {
    const { token } = await mailedChange(app, account);
    return async () => (await confirmEmail(app, token)).status === 200;
  },
  "an outstanding magic link and code": async (app, { email }) => {
    const { token, code } = await askForMagicLink(app, email);
    return async () => {
      const answers = [
        await signInByMail(app, { token }),
        await signInByMail(app, { email, code }),
      ];
      return answers.some(({ status }) => status === 200);
    };
  },
};

/** How the victim, who has the mailbox, comes into the account. */
const victims: Readonly<Record<string, (app: TestApp, email: string) => Promise<unknown>>> = {
  "another provider": (app, email) =>
    signInSocially(app, freshProfile({ email }), { device: "The victim's" }),
  "a magic link": async (app, email) => {
    const mails = app.mailer.sent.filter(
      ({ message }) => message.kind === "magic-link" && message.to.address === email,
    );
    const { token } = await askForMagicLink(app, email, mails.length + 1);
    expect((await signInByMail(app, { token })).status).toBe(200);
  },
  "a password reset": async (app, email) => {
    const token = await askForReset(app, email);
    expect((await confirmReset(app, token)).status).toBe(200);
  },
};

const cells = Object.keys(attackers).flatMap((attacker) =>
  Object.keys(victims).map((victim) => [attacker, victim] as const),
);

async function assertUseless(app: TestApp, at: TestApp, attacker: string, victim: string) {
  const account = await prepare(app);
  const attempt = await attackers[attacker]?.(app, account);
  await victims[victim]?.(at, account.email);
  expect(await attempt?.()).toBe(false);
  const [user] = await app.rows(
    `select email, email_verified_at is not null as verified, password_hash is null as is_without_password
     from users where id = '${account.userId}'`,
  );
  expect(user).toEqual({
    email: account.email,
    verified: true,
    is_without_password: victim !== "a password reset",
  });
  // Nothing of the attacker's is left beside it either.
  expect((await logIn(app, account)).status).toBe(401);
  expect(await outcomeOfRefresh(app, account.refreshToken)).toEqual([401, "INVALID_TOKEN"]);
  expect(await identitiesOf(app, account.userId)).toHaveLength(
    victim === "another provider" ? 1 : 0,
  );
}

describe("on postgres", () => {
  const app = useTestApp({ settings: { REQUIRE_EMAIL_VERIFICATION: "false" } });
  let strict: TestApp | null = null;
  beforeAll(async () => {
    strict = await app.replica({ REQUIRE_EMAIL_VERIFICATION: "true" });
  });

  // security 61, 78
  test.each(cells)("attacker: %s; victim: %s", (attacker, victim) =>
    assertUseless(app, app, attacker, victim),
  );

  // security 61, 78: verification was switched on in between
  test.each(cells)("attacker: %s; victim: %s, where verification is required", (attacker, victim) =>
    assertUseless(app, strict ?? app, attacker, victim),
  );

  // Attack: the attacker's link is written while the victim's sign-in waits for it, and so does not see it.
  // security 61, 78
  test.each(Object.keys(victims))(
    "an identity that is linked while the victim comes by %s is void",
    async (victim) => {
      const account = await prepare(app);
      const profile = freshProfile();
      await meanwhile(
        app,
        `select id from users where id = '${account.userId}' for no key update;
         insert into identities (id, user_id, provider, issuer, subject, credentials_version, created_at, last_used_at)
         values (gen_random_uuid(), '${account.userId}', 'example', '${profile.issuer}', '${profile.subject}', 1, now(), now())`,
        async () => victims[victim]?.(app, account.email),
      );
      const found = await resolve(app, profile);
      expect(found.user.id).not.toBe(account.userId);
      expect(await identitiesOf(app, found.user.id)).toHaveLength(1);
    },
  );

  // Attack: the same with a passkey.
  // security 61, 78
  test.each(Object.keys(victims))(
    "a passkey that is added while the victim comes by %s is void",
    async (victim) => {
      const account = await prepare(app);
      const { passkey, id } = await addPasskey(app, account.accessToken);
      const columns =
        "user_id, credential_id, public_key, sign_count, transports, is_backup_eligible, is_backed_up, aaguid, name, credentials_version, created_at";
      await meanwhile(
        app,
        `select id from users where id = '${account.userId}' for no key update;
         create temporary table copy as select * from passkeys where id = '${id}';
         delete from passkeys where id = '${id}';
         insert into passkeys (id, ${columns}) select gen_random_uuid(), ${columns} from copy`,
        async () => victims[victim]?.(app, account.email),
      );
      const rows = await app.rows(`select id from passkeys where user_id = '${account.userId}'`);
      expect(rows).toHaveLength(1);
      expect((await signInWithPasskey(app, passkey)).status).toBe(401);
      const { userId } = account;
      const found = await hasPasskey(app.platform.db, userId);
      expect(found).toBe(false);
    },
  );

  test("the claim is recorded, the link is too, and no sign-in of the attacker's remains", async () => {
    const account = await prepare(app);
    const profile = freshProfile({ email: account.email, name: "Ada" });
    const tokens = await signInSocially(app, profile, { device: "The victim's" });
    expect(tokens.user).toMatchObject({ id: account.userId, name: "Ada", email_verified: true });
    expect(await openSessionsOf(app, account.userId)).toHaveLength(1);
    const audit = await app.rows(
      `select action, detail from audit_log where user_id = '${account.userId}' and result = 'success'
       and action in ('user.email_verified', 'user.identity_linked', 'user.updated') order by action`,
    );
    expect(audit).toEqual([
      { action: "user.email_verified", detail: { by: "example" } },
      { action: "user.identity_linked", detail: { provider: "example" } },
      { action: "user.updated", detail: { by: "example", fields: ["name"] } },
    ]);
    const devices = await app.rows(
      `select device from known_devices where user_id = '${account.userId}'`,
    );
    expect(devices).toHaveLength(1);
  });
});

describe("on embedded", () => {
  const app = useTestApp({
    database: "embedded",
    settings: { REQUIRE_EMAIL_VERIFICATION: "false" },
  });

  // security 61, 78
  test.each(Object.keys(victims))("attacker: a linked identity; victim: %s", (victim) =>
    assertUseless(app, app, "a linked identity", victim),
  );
});
