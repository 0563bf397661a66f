import { describe, expect, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import { logIn, signUp } from "../support/journey.ts";
import { mailThatSays } from "../support/mail-of-kind.ts";
import { changePassword, newPassword } from "../support/password-reset.ts";
import { errorOf } from "../support/provider-journey.ts";
import {
  authenticatorApp,
  call2fa,
  mfaTokenOf,
  signUpWithFactor,
  turnOn,
  useFrozenStep,
} from "../support/second-factor.ts";
import { refresh, statusOfMe } from "../support/session-calls.ts";
import { decodeToken } from "../support/forge-token.ts";
import { useTestApp } from "../support/test-app.ts";

useFrozenStep();

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });

  // security 87, 89
  test("a user turns the factor on, signs in with it, and turns it off", async () => {
    const user = await signUpWithFactor(app);
    const sent = { mfa_token: await mfaTokenOf(app, user), code: user.authenticator.code() };
    const signedIn = await call2fa(app, "verify", sent);
    expect(signedIn.status).toBe(200);
    const { claims } = decodeToken(signedIn.json.data.access_token);
    expect(claims).toMatchObject({
      amr: ["pwd", "otp", "mfa"],
      acr: "urn:gatehouse:2fa",
      auth_time: Math.floor(Date.now() / 1000),
    });
    const bearer = signedIn.json.data.access_token;
    const off = { password: user.password, recovery_code: user.recoveryCodes[1] };
    expect((await call2fa(app, "disable", off, { bearer })).status).toBe(200);
    const plain = await logIn(app, user);
    expect(plain.status).toBe(200);
    expect(decodeToken(plain.json.data.access_token).claims).toMatchObject({
      amr: ["pwd"],
      acr: "urn:gatehouse:1fa",
    });
    // security 48: the session that made the change goes on, the other one has ended.
    expect(await statusOfMe(app, bearer)).toBe(200);
    expect(await statusOfMe(app, user.accessToken)).toBe(401);
    const events = await app.rows(
      `select type, payload from events where user_id = '${user.userId}' and type like 'user.mfa%' order by position`,
    );
    expect(events.map(({ type }) => type)).toEqual(["user.mfa_enabled", "user.mfa_disabled"]);
    await mailThatSays(app, "mfa-changed", user.email, "turned off");
  });
});

describe("the second factor", () => {
  const app = useTestApp();

  // security 87. Attack: a stolen token turns a factor on, so that the user is locked out.
  test("is set up with the password only, and counts once a code is confirmed", async () => {
    const user = await signUp(app);
    const bearer = user.accessToken;
    const setUp = (json: unknown) => call2fa(app, "setup", json, { bearer });
    expect(errorOf(await setUp({ password: "wrong-Password-1!" }))).toEqual([
      401,
      "INVALID_CREDENTIALS",
    ]);
    expect(errorOf(await setUp({}))).toEqual([400, "VALIDATION_ERROR"]);
    const early = await call2fa(app, "enable", { code: "123456" }, { bearer });
    expect(errorOf(early)).toEqual([409, "CONFLICT"]);
    const first = await setUp({ password: user.password });
    const { secret, otpauth_url: url, qr_svg: svg } = first.json.data;
    expect(url).toContain(secret);
    expect(svg).toStartWith("<svg");
    expect((await logIn(app, user)).status).toBe(200);
    const second = await setUp({ password: user.password });
    const replaced = { code: authenticatorApp(secret).code() };
    expect(errorOf(await call2fa(app, "enable", replaced, { bearer }))).toEqual([
      401,
      "INVALID_CODE",
    ]);
    const code = authenticatorApp(second.json.data.secret).code();
    expect((await call2fa(app, "enable", { code }, { bearer })).status).toBe(200);
    expect(errorOf(await logIn(app, user))).toEqual([403, "MFA_REQUIRED"]);
    expect(errorOf(await setUp({ password: user.password }))).toEqual([409, "CONFLICT"]);
    expect(errorOf(await call2fa(app, "enable", { code }, { bearer }))).toEqual([409, "CONFLICT"]);
    // security 87: sealed at rest, and bound to its row.
    const [row] = await app.rows(
      `select sealed_secret from totp_factors where user_id = '${user.userId}'`,
    );
    expect(String(row?.["sealed_secret"])).not.toContain(second.json.data.secret);
  });

  // security 48
  test("ends the other sessions when it is turned on", async () => {
    const { kept, other } = await twoSessions();
    await turnOn(app, kept);
    expect(await statusOfMe(app, kept.accessToken)).toBe(200);
    expect(await statusOfMe(app, other.accessToken)).toBe(401);
    expect((await refresh(app, other.refreshToken)).status).toBe(401);
  });

  async function twoSessions() {
    const kept = await signUp(app);
    const answer = await logIn(app, kept);
    const { access_token: accessToken, refresh_token: refreshToken } = answer.json.data;
    return { kept, other: { accessToken, refreshToken } };
  }

  // security 89
  test("is turned off by the password and the factor together only", async () => {
    const user = await signUpWithFactor(app);
    const call = { bearer: user.accessToken };
    const code = user.authenticator.code();
    const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, "0");
    for (const [json, expected] of [
      [{ password: user.password, code: wrong }, [401, "INVALID_CODE"]],
      [{ password: user.password, recovery_code: "AAAA-AAAA-AAAA-AAAA" }, [401, "INVALID_CODE"]],
      [{ password: "wrong-Password-1!", code }, [401, "INVALID_CREDENTIALS"]],
      [{ code }, [400, "VALIDATION_ERROR"]],
      [{ password: user.password }, [400, "VALIDATION_ERROR"]],
    ] as const) {
      expect(errorOf(await call2fa(app, "disable", json, call))).toEqual([...expected]);
    }
    expect((await call2fa(app, "disable", { password: user.password, code }, call)).status).toBe(
      200,
    );
    expect((await logIn(app, user)).status).toBe(200);
  });

  // security 83: a change of the credentials voids the first step.
  test("an mfa_token from before a change of the password is void", async () => {
    const user = await signUpWithFactor(app);
    const mfaToken = await mfaTokenOf(app, user);
    expect((await changePassword(app, user)).status).toBe(200);
    const sent = { mfa_token: mfaToken, code: user.authenticator.code() };
    expect(errorOf(await call2fa(app, "verify", sent))).toEqual([401, "INVALID_TOKEN"]);
    const after = { ...sent, mfa_token: await mfaTokenOf(app, { ...user, password: newPassword }) };
    expect((await call2fa(app, "verify", after)).status).toBe(200);
  });

  test.each([
    ["setup", { password: 1 }],
    ["setup", { password: "x", other: true }],
    ["enable", {}],
    ["enable", { code: "12345" }],
    ["enable", { code: "１２３４５６" }],
    ["disable", { password: "x", code: "123456", recovery_code: "AAAA-AAAA-AAAA-AAAA" }],
    ["disable", { password: "x", recovery_code: "AAAA\u0000AAAA-AAAA-AAAA" }],
    ["recovery-codes", { password: "x" }],
    ["recovery-codes", { password: "x", recovery_code: "AAAA-AAAA-AAAA-AAAA" }],
    ["verify", { mfa_token: "x" }],
    ["verify", { code: "123456" }],
    ["verify", { mfa_token: "x", code: "123456", recovery_code: "AAAA-AAAA-AAAA-AAAA" }],
    ["verify", { mfa_token: "x", code: "123456", remember_device: "yes" }],
    ["verify", { mfa_token: { $ne: 1 }, code: "123456" }],
  ])("%s refuses the body %j", async (name, json) => {
    const { accessToken } = await (user ??= signUp(app));
    const answer = await call2fa(app, name, json, { bearer: accessToken });
    expect(errorOf(answer)).toEqual([400, "VALIDATION_ERROR"]);
  });
  let user: ReturnType<typeof signUp> | undefined;

  test.each(["", "x", "a.b.c", "x".repeat(10_000)])(
    "verify refuses the mfa_token %j",
    async (text) => {
      const answer = await call2fa(app, "verify", { mfa_token: text, code: "123456" });
      expect(errorOf(answer)).toEqual(
        text === "" ? [400, "VALIDATION_ERROR"] : [401, "INVALID_TOKEN"],
      );
    },
  );

  // security 29, 57. Attack: a token of another kind is sent as the mfa_token.
  test("verify refuses access and refresh tokens", async () => {
    const { user: someone } = { user: await signUp(app) };
    for (const token of [someone.accessToken, someone.refreshToken]) {
      const answer = await call2fa(app, "verify", { mfa_token: token, code: "123456" });
      expect(errorOf(answer)).toEqual([401, "INVALID_TOKEN"]);
    }
  });
});
