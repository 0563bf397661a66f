import { describe, expect, setSystemTime, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import { databaseKinds } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { logIn } from "../support/journey.ts";
import { mailsOfKind, mailThatSays } from "../support/mail-of-kind.ts";
import { askForReset, confirmReset, newPassword } from "../support/password-reset.ts";
import { errorOf } from "../support/provider-journey.ts";
import { race } from "../support/race.ts";
import {
  call2fa,
  cookiesOf,
  mfaTokenOf,
  signUpWithFactor,
  type TwoFactorUser,
  useFrozenStep,
} from "../support/second-factor.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

useFrozenStep();

describe("with limits", () => {
  const app = useTestApp({ settings: { RATE_LIMITS_ENABLED: "true" } });

  // security 86. Attack: a person who knows the password tries every code, with one mfa_token after another.
  test("five codes are compared in five minutes, over all replicas and mfa_tokens", async () => {
    const user = await signUpWithFactor(app);
    const replicas = [app, await app.replica()];
    const tokens = [await mfaTokenOf(app, user), await mfaTokenOf(app, user)];
    const answers = await race(20, (index) =>
      call2fa(replicas[index % 2] ?? app, "verify", {
        mfa_token: tokens[index % 2],
        code: "000000",
      }),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(15);
    // The right code is refused too, also by a replica that starts now: the count is in the database.
    const late = await app.replica();
    const right = { mfa_token: tokens[0], code: user.authenticator.code() };
    expect(errorOf(await call2fa(late, "verify", right))).toEqual([429, "RATE_LIMITED"]);
    // It is not the count of the passwords.
    expect(errorOf(await logIn(app, user))).toEqual([403, "MFA_REQUIRED"]);
  });
});

describe("without limits on requests", () => {
  const app = useTestApp({ settings: { LOCKOUT_THRESHOLD: "3" } });

  // security 21, 22, 86. The failures of every operation count together, and a success deletes the count.
  test("failures are capped, whichever operation they are of", async () => {
    const user = await signUpWithFactor(app);
    const call = { bearer: user.accessToken };
    const wrong = { password: user.password, code: "000000" };
    const mfaToken = await mfaTokenOf(app, user);
    expect((await call2fa(app, "disable", wrong, call)).status).toBe(401);
    expect((await call2fa(app, "recovery-codes", wrong, call)).status).toBe(401);
    const success = { mfa_token: mfaToken, code: user.authenticator.code() };
    expect((await call2fa(app, "verify", success)).status).toBe(200);
    const again = await mfaTokenOf(app, user);
    expect((await call2fa(app, "disable", wrong, call)).status).toBe(401);
    const reauthentication = await app.post(
      "/api/v1/auth/reauthenticate",
      { code: "000000" },
      call,
    );
    expect(reauthentication.status).toBe(401);
    const guess = { mfa_token: again, code: "000000" };
    expect((await call2fa(app, "verify", guess)).status).toBe(401);
    const right = { mfa_token: again, code: user.authenticator.code(30) };
    expect(errorOf(await call2fa(app, "verify", right))).toEqual([429, "RATE_LIMITED"]);
    const rows = await app.rows(
      `select points from limit_counts where limit_name = 'failed-second-factors-by-account' and source = '${user.userId}'`,
    );
    expect(rows).toEqual([{ points: 3 }]);
  });

  // security 86
  test("after 100 wrong codes in all, a mailed reset does not admit more than one a day", async () => {
    const user = await signUpWithFactor(app);
    await guess(app, user, 3);
    await app.rows(`update limit_counts set total = 99 where source = '${user.userId}'`);
    advance(16 * 60);
    await guess(app, user, 1);
    const renewed = await resetPassword(app, user);
    for (const hours of [0, 23]) {
      advance(hours * 3600);
      expect(errorOf(await tryCode(app, renewed))).toEqual([429, "RATE_LIMITED"]);
    }
    advance(3601);
    expect((await tryCode(app, renewed)).status).toBe(200);
  });
});

// Attack: a person who knows the password sends wrong codes, so that the user cannot sign in.
describe("the owner is not kept out by another person's wrong codes", () => {
  const app = useTestApp({
    settings: { LOCKOUT_THRESHOLD: "3", TRUSTED_PROXIES: "127.0.0.1/32,::1/128" },
  });

  test("a known device has a count of its own, which is as strict", async () => {
    const user = await signUpWithFactor(app);
    const signedIn = await tryCode(app, user);
    expect(signedIn.status).toBe(200);
    const headers = { cookie: cookiesOf(signedIn) };
    advance(60);
    await guess(app, user, 4);
    expect(errorOf(await tryCode(app, user))).toEqual([429, "RATE_LIMITED"]);
    expect((await tryCode(app, user, headers)).status).toBe(200);
    // Its success has not admitted others.
    advance(60);
    expect(errorOf(await tryCode(app, user))).toEqual([429, "RATE_LIMITED"]);
    await guess(app, user, 3, headers);
    expect(errorOf(await tryCode(app, user, headers))).toEqual([429, "RATE_LIMITED"]);
  });

  test("the owner is mailed once, and attempts during the pause are recorded", async () => {
    const user = await signUpWithFactor(app);
    await guess(app, user, 2);
    const [third] = await guess(app, user, 1);
    await mailThatSays(app, "mfa-changed", user.email, "Several codes");
    const refused = await tryCode(app, user);
    expect(await auditOf(app, third ?? refused)).toMatchObject([
      { action: "user.login", result: "failure", detail: { reason: "wrong_code" } },
    ]);
    expect(await auditOf(app, refused)).toMatchObject([
      { action: "user.login", result: "failure", detail: { reason: "throttled" } },
    ]);
    advance(16 * 60);
    await guess(app, user, 1);
    await eventually(
      () => app.rows("select id from outbox where delivered_at is null"),
      (rows) => rows.length === 0,
    );
    const mails = mailsOfKind(app, "mfa-changed", user.email);
    expect(mails.filter((mail) => mail.text.includes("Several codes"))).toHaveLength(1);
  });

  test("the cookie of another user's device is worth nothing", async () => {
    const [user, other] = [await signUpWithFactor(app), await signUpWithFactor(app)];
    const headers = { cookie: cookiesOf(await tryCode(app, other)) };
    await guess(app, user, 3);
    expect(errorOf(await tryCode(app, user, headers))).toEqual([429, "RATE_LIMITED"]);
  });

  test("a recovery code signs in while codes of the app are refused", async () => {
    const user = await signUpWithFactor(app);
    await guess(app, user, 4);
    const sent = {
      mfa_token: await mfaTokenOf(app, user),
      recovery_code: user.recoveryCodes[0],
    };
    expect((await call2fa(app, "verify", sent)).status).toBe(200);
    // It has proven no code of the app.
    expect(errorOf(await tryCode(app, user))).toEqual([429, "RATE_LIMITED"]);
  });

  // security 86
  test("a hundred wrong recovery codes from one address keep out that address only", async () => {
    const user = await signUpWithFactor(app);
    const mfaToken = await mfaTokenOf(app, user);
    const send = (address: string, code: string | undefined) =>
      call2fa(
        app,
        "verify",
        { mfa_token: mfaToken, recovery_code: code },
        { headers: { "x-forwarded-for": address } },
      );
    const wrong = await race(101, () => send("203.0.113.7", "AAAA-AAAA-AAAA-AAAA"));
    expect(wrong.filter(({ status }) => status === 401)).toHaveLength(100);
    const [right] = user.recoveryCodes;
    expect(errorOf(await send("203.0.113.7", right))).toEqual([429, "RATE_LIMITED"]);
    expect((await send("198.51.100.9", right)).status).toBe(200);
  });

  // security 19, 86
  test("a mailed reset of the password ends the pause, on every replica", async () => {
    const user = await signUpWithFactor(app);
    const replica = await app.replica();
    await guess(app, user, 4);
    expect(errorOf(await tryCode(replica, user))).toEqual([429, "RATE_LIMITED"]);
    const renewed = await resetPassword(app, user);
    const answer = await eventually(
      () => tryCode(replica, renewed),
      ({ status }) => status !== 429,
    );
    expect(answer.status).toBe(200);
    advance(60);
    expect((await tryCode(app, renewed)).status).toBe(200);
  });
});

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database, settings: { LOCKOUT_THRESHOLD: "3" } });

  // security 86
  test("the total of wrong codes survives a reset, and a right code deletes it", async () => {
    const user = await signUpWithFactor(app);
    await guess(app, user, 3);
    expect(errorOf(await tryCode(app, user))).toEqual([429, "RATE_LIMITED"]);
    const renewed = await resetPassword(app, user);
    await guess(app, renewed, 2);
    const totals = () =>
      app.rows(
        `select points, total from limit_counts where limit_name = 'failed-second-factors-by-account' and source = '${user.userId}'`,
      );
    expect(await totals()).toEqual([{ points: 2, total: 5 }]);
    expect((await tryCode(app, renewed)).status).toBe(200);
    expect(await totals()).toEqual([]);
  });
});

type Headers = Record<string, string>;

/** Signs in with the password and the code that the app shows. */
async function tryCode(app: TestApp, user: TwoFactorUser, headers: Headers = {}) {
  const sent = { mfa_token: await mfaTokenOf(app, user), code: user.authenticator.code() };
  return call2fa(app, "verify", sent, { headers });
}

/** Sends so many wrong codes of the app. */
async function guess(app: TestApp, user: TwoFactorUser, times: number, headers: Headers = {}) {
  const mfaToken = await mfaTokenOf(app, user);
  const code = String((Number(user.authenticator.code()) + 1) % 1_000_000).padStart(6, "0");
  const answers = [];
  for (let index = 0; index < times; index += 1) {
    answers.push(await call2fa(app, "verify", { mfa_token: mfaToken, code }, { headers }));
  }
  return answers;
}

function advance(seconds: number): void {
  setSystemTime(new Date(Date.now() + seconds * 1000));
}

/** Gives the user another password by the mailed link. */
async function resetPassword(app: TestApp, user: TwoFactorUser): Promise<TwoFactorUser> {
  const answer = await confirmReset(app, await askForReset(app, user.email), newPassword);
  expect(answer.status).toBe(200);
  return { ...user, password: newPassword };
}
