import { describe, expect, setSystemTime, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import { logIn } from "../support/journey.ts";
import { mailThatSays } from "../support/mail-of-kind.ts";
import { ascending, countSessions, errorOf } from "../support/provider-journey.ts";
import { race } from "../support/race.ts";
import { call2fa, mfaTokenOf, signUpWithFactor, useFrozenStep } from "../support/second-factor.ts";
import { statusOfMe } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

useFrozenStep();

const one200 = [200, ...Array.from({ length: 19 }, () => 401)];

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });

  // security 83, 84. Attack: a code that was read over the user's shoulder is sent at the same time, to another replica.
  test("20 parallel sign-ins with one code open one session", async () => {
    const user = await signUpWithFactor(app);
    const replicas = database === "postgres" ? [app, await app.replica()] : [app];
    const tokens = await race(20, () => mfaTokenOf(app, user));
    const before = await countSessions(app);
    const code = user.authenticator.code();
    const answers = await race(20, (index) =>
      call2fa(replicas[index % replicas.length] ?? app, "verify", {
        mfa_token: tokens[index],
        code,
      }),
    );
    expect(answers.map(({ status }) => status).toSorted(ascending)).toEqual(one200);
    expect(await countSessions(app)).toBe(before + 1);
    const again = { mfa_token: await mfaTokenOf(app, user), code };
    expect(errorOf(await call2fa(app, "verify", again))).toEqual([401, "INVALID_CODE"]);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // security 88
  test("20 parallel sign-ins with one recovery code open one session, and the user is mailed once", async () => {
    const user = await signUpWithFactor(app);
    const [recovery = ""] = user.recoveryCodes;
    const tokens = await race(20, () => mfaTokenOf(app, user));
    const before = await countSessions(app);
    const answers = await race(20, (index) =>
      call2fa(app, "verify", { mfa_token: tokens[index], recovery_code: recovery }),
    );
    expect(answers.map(({ status }) => status).toSorted(ascending)).toEqual(one200);
    expect(await countSessions(app)).toBe(before + 1);
    const used = await app.rows(
      `select id from audit_log where user_id = '${user.userId}' and action = 'user.recovery_code_used'`,
    );
    expect(used).toHaveLength(1);
  });
});

describe("a code", () => {
  const app = useTestApp();

  test("that has not the form of a recovery code is wrong, as any other", async () => {
    const user = await signUpWithFactor(app);
    for (const wrong of ["nope", "AAAA-AAAA-AAAA-AAAA", "x".repeat(64)]) {
      const answer = await call2fa(app, "verify", {
        mfa_token: await mfaTokenOf(app, user),
        recovery_code: wrong,
      });
      expect([wrong, ...errorOf(answer)]).toEqual([wrong, 401, "INVALID_CODE"]);
    }
  });

  // security 83. Attack: one mfa_token is used with two codes at the same time, for two sessions.
  test("one mfa_token opens one session, with whatever codes", async () => {
    const user = await signUpWithFactor(app);
    const mfaToken = await mfaTokenOf(app, user);
    const before = await countSessions(app);
    const answers = await race(4, (index) =>
      call2fa(app, "verify", { mfa_token: mfaToken, recovery_code: user.recoveryCodes[index] }),
    );
    expect(answers.map(({ status }) => status).toSorted(ascending)).toEqual([200, 401, 401, 401]);
    expect(await countSessions(app)).toBe(before + 1);
    const later = { mfa_token: mfaToken, recovery_code: user.recoveryCodes[9] };
    expect(errorOf(await call2fa(app, "verify", later))).toEqual([401, "INVALID_TOKEN"]);
  });

  // security 84: the step is stored, so that an older code of the window is refused as well.
  test("of an earlier step than the last one used is refused", async () => {
    const user = await signUpWithFactor(app);
    const first = { mfa_token: await mfaTokenOf(app, user), code: user.authenticator.code(30) };
    expect((await call2fa(app, "verify", first)).status).toBe(200);
    const second = { mfa_token: await mfaTokenOf(app, user), code: user.authenticator.code() };
    expect(errorOf(await call2fa(app, "verify", second))).toEqual([401, "INVALID_CODE"]);
  });

  // security 85
  test("is accepted 30 seconds early or late, and refused at 90", async () => {
    const start = Date.now();
    for (const [at, seconds, expected] of [
      [300, -90, 401],
      [400, 90, 401],
      [500, -30, 200],
      [600, 30, 200],
    ] as const) {
      setSystemTime(new Date(start));
      const user = await signUpWithFactor(app);
      setSystemTime(new Date(start + at * 1000));
      const sent = {
        mfa_token: await mfaTokenOf(app, user),
        code: user.authenticator.code(seconds),
      };
      expect([seconds, (await call2fa(app, "verify", sent)).status]).toEqual([seconds, expected]);
    }
  });

  // security 83
  test("an expired mfa_token is refused with the right code", async () => {
    const user = await signUpWithFactor(app);
    const mfaToken = await mfaTokenOf(app, user);
    setSystemTime(new Date(Date.now() + 301_000));
    const sent = { mfa_token: mfaToken, code: user.authenticator.code() };
    expect(errorOf(await call2fa(app, "verify", sent))).toEqual([401, "INVALID_TOKEN"]);
  });

  // security 57. Attack: an attacker finishes a user's sign-in with the attacker's own code.
  test("of another user is refused", async () => {
    const [user, attacker] = [await signUpWithFactor(app), await signUpWithFactor(app)];
    const mfaToken = await mfaTokenOf(app, user);
    for (const sent of [
      { code: attacker.authenticator.code() },
      { recovery_code: attacker.recoveryCodes[0] },
    ]) {
      const answer = await call2fa(app, "verify", { mfa_token: mfaToken, ...sent });
      expect(errorOf(answer)).toEqual([401, "INVALID_CODE"]);
    }
    const right = { mfa_token: mfaToken, code: user.authenticator.code() };
    expect((await call2fa(app, "verify", right)).status).toBe(200);
  });

  // security 88
  test("new recovery codes replace the earlier ones; each works once, however it is typed", async () => {
    const user = await signUpWithFactor(app);
    expect(user.recoveryCodes).toHaveLength(10);
    expect(new Set(user.recoveryCodes).size).toBe(10);
    const json = { password: user.password, code: user.authenticator.code() };
    const call = { bearer: user.accessToken };
    const replaced = await call2fa(app, "recovery-codes", json, call);
    expect(replaced.status).toBe(200);
    const [fresh = ""] = replaced.json.data.recovery_codes;
    const verify = async (code: string | undefined) =>
      call2fa(app, "verify", { mfa_token: await mfaTokenOf(app, user), recovery_code: code });
    expect((await verify(user.recoveryCodes[0])).status).toBe(401);
    const typed = await verify(` ${fresh.toLowerCase().replaceAll("-", " ")}`);
    expect(typed.status).toBe(200);
    expect((await verify(fresh)).status).toBe(401);
    const stored = await app.rows(`select digest from recovery_codes`);
    expect(JSON.stringify(stored)).not.toContain(fresh);
    expect(await statusOfMe(app, typed.json.data.access_token)).toBe(200);
    await mailThatSays(app, "mfa-changed", user.email, "recovery codes were created");
    expect((await logIn(app, user)).status).toBe(403);
  });
});
