import { describe, expect, setSystemTime, test } from "bun:test";

import { decodeToken } from "../support/forge-token.ts";
import { freshEmail, signUp, type SignedInUser } from "../support/journey.ts";
import { errorOf } from "../support/provider-journey.ts";
import {
  call2fa,
  signUpWithFactor,
  type TwoFactorUser,
  useFrozenStep,
} from "../support/second-factor.ts";
import { refreshed } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
useFrozenStep();

const reauthenticate = (user: SignedInUser, json: unknown) =>
  app.post("/api/v1/auth/reauthenticate", json, { bearer: user.accessToken });

function later(seconds: number): void {
  setSystemTime(new Date(Date.now() + seconds * 1000));
}

/** The sensitive calls, each without a password. The account has none. */
const calls: Readonly<Record<string, (user: SignedInUser) => ReturnType<typeof app.call>>> = {
  "begin two-factor authentication": ({ accessToken: bearer }) =>
    call2fa(app, "setup", {}, { bearer }),
  "turn two-factor authentication off": ({ accessToken: bearer }) =>
    call2fa(app, "disable", { code: "000000" }, { bearer }),
  "replace the recovery codes": ({ accessToken: bearer }) =>
    call2fa(app, "recovery-codes", { code: "000000" }, { bearer }),
  "change the e-mail address": ({ accessToken: bearer }) =>
    app.post("/api/v1/auth/email/change", { new_email: freshEmail() }, { bearer }),
  "delete the account": ({ accessToken: bearer }) =>
    app.call("DELETE", "/api/v1/users/me", { bearer, json: {} }),
};

async function withoutPassword(user: TwoFactorUser): Promise<TwoFactorUser> {
  await app.rows(`update users set password_hash = null where id = '${user.userId}'`);
  return user;
}

// Attack: a token that was stolen long after its sign-in.
describe.each(Object.keys(calls))("to %s", (name) => {
  test("an account without a password needs a sign-in of the last hour", async () => {
    const user = await withoutPassword(await signUpWithFactor(app));
    later(3601);
    const refused = await calls[name]?.(user);
    expect(refused && errorOf(refused)).toEqual([403, "REAUTHENTICATION_REQUIRED"]);
    const proof = { code: user.authenticator.code() };
    expect((await reauthenticate(user, proof)).status).toBe(200);
    const answer = await calls[name]?.(user);
    expect(answer && errorOf(answer)).not.toEqual([403, "REAUTHENTICATION_REQUIRED"]);
    expect(answer?.status).not.toBe(400);
  });

  test("an account with a password needs the password, whenever the sign-in was", async () => {
    const answer = await calls[name]?.(await signUp(app));
    expect(answer && errorOf(answer)).toEqual([400, "VALIDATION_ERROR"]);
  });
});

// Decision 25: the password proves at that time what a sign-in of the last hour proves.
test("the password in the call is accepted however long ago the sign-in was, and does not renew it", async () => {
  const user = await signUpWithFactor(app);
  const { claims: before } = decodeToken(user.accessToken);
  later(86_400);
  const { accessToken: bearer, refreshToken } = await refreshed(app, user.refreshToken);
  const { password } = user;
  const change = { new_email: freshEmail(), password };
  expect((await app.post("/api/v1/auth/email/change", change, { bearer })).status).toBe(202);
  const code = user.authenticator.code();
  expect((await call2fa(app, "recovery-codes", { password, code }, { bearer })).status).toBe(200);
  const tokens = await refreshed(app, refreshToken);
  const { claims } = decodeToken(tokens.accessToken);
  expect(claims["auth_time"]).toBe(before["auth_time"]);
  const off = { password, code: user.authenticator.code(30) };
  expect((await call2fa(app, "disable", off, { bearer: tokens.accessToken })).status).toBe(200);
  const deletion = { bearer: tokens.accessToken, json: { password } };
  expect((await app.call("DELETE", "/api/v1/users/me", deletion)).status).toBe(200);
});

test("an account without a password does not accept one", async () => {
  const user = await withoutPassword(await signUpWithFactor(app));
  const sent = { password: user.password, code: user.authenticator.code() };
  const answer = await call2fa(app, "disable", sent, { bearer: user.accessToken });
  expect(errorOf(answer)).toEqual([401, "INVALID_CREDENTIALS"]);
});

test("a reauthentication with the password renews auth_time and proves no second factor", async () => {
  const user = await signUp(app);
  const { claims: before } = decodeToken(user.accessToken);
  later(4000);
  expect((await reauthenticate(user, { password: user.password })).status).toBe(200);
  const tokens = await refreshed(app, user.refreshToken);
  const { claims } = decodeToken(tokens.accessToken);
  expect(Number(claims["auth_time"]) - Number(before["auth_time"])).toBe(4000);
  expect(claims).toMatchObject({ amr: ["pwd"], acr: "urn:gatehouse:1fa" });
});

test("a refresh does not renew auth_time", async () => {
  const user = await signUp(app);
  later(4000);
  const tokens = await refreshed(app, user.refreshToken);
  const { claims } = decodeToken(tokens.accessToken);
  expect(claims["auth_time"]).toBe(decodeToken(user.accessToken).claims["auth_time"]);
});

// security 22, 84
test("a reauthentication takes the right password, or an unused code", async () => {
  const user = await signUpWithFactor(app);
  const code = user.authenticator.code();
  for (const [json, expected] of [
    [{ password: "wrong-Password-1!" }, [401, "INVALID_CREDENTIALS"]],
    [{ code: "000000" }, [401, "INVALID_CODE"]],
    [{ code }, [200, undefined]],
    [{ code }, [401, "INVALID_CODE"]],
    [{}, [400, "VALIDATION_ERROR"]],
    [{ password: user.password, code }, [400, "VALIDATION_ERROR"]],
  ] as const) {
    expect(errorOf(await reauthenticate(user, json))).toEqual([...expected]);
  }
  const tokens = await refreshed(app, user.refreshToken);
  expect(decodeToken(tokens.accessToken).claims).toMatchObject({
    amr: ["pwd", "otp", "mfa"],
    acr: "urn:gatehouse:2fa",
  });
});

test("a user without a second factor has no code to reauthenticate with", async () => {
  const answer = await reauthenticate(await signUp(app), { code: "123456" });
  expect(errorOf(answer)).toEqual([401, "INVALID_CODE"]);
});
