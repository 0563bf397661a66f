import { expect, setSystemTime, test } from "bun:test";

import { verifySecondFactor } from "../../src/features/second-factor/index.ts";
import { logIn } from "../support/journey.ts";
import { changePassword, newPassword } from "../support/password-reset.ts";
import { errorOf } from "../support/provider-journey.ts";
import {
  call2fa,
  cookiesOf,
  mfaTokenOf,
  signUpWithFactor,
  type TwoFactorUser,
  useFrozenStep,
} from "../support/second-factor.ts";
import { callbackContext } from "../support/social-login.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
useFrozenStep();

async function trustedDevice(user: TwoFactorUser): Promise<{ cookie: string; bearer: string }> {
  const answer = await call2fa(app, "verify", {
    mfa_token: await mfaTokenOf(app, user),
    code: user.authenticator.code(),
    remember_device: true,
  });
  expect(answer.status).toBe(200);
  const trust = answer.headers.getSetCookie().find((each) => each.includes("trusted"));
  expect(trust).toMatch(/^gatehouse_trusted=[\w-]{27}; /);
  expect(trust).toContain("HttpOnly");
  expect(trust).toContain("SameSite=Lax");
  expect(trust).toContain("Max-Age=2592000");
  return { cookie: cookiesOf(answer), bearer: answer.json.data.access_token };
}

function signIn(user: { email: string; password: string }, cookie: string) {
  const json = { email: user.email, password: user.password };
  return app.post("/api/v1/auth/login", json, { headers: { cookie } });
}

test("a sign-in on a trusted device needs no factor, and proves none", async () => {
  const user = await signUpWithFactor(app);
  const { cookie } = await trustedDevice(user);
  const answer = await signIn(user, cookie);
  expect(answer.status).toBe(200);
  const me = await app.rows(
    `select amr from sessions where user_id = '${user.userId}' order by id desc limit 1`,
  );
  expect(me).toEqual([{ amr: ["pwd"] }]);
  expect((await logIn(app, user)).status).toBe(403);
  // A wrong password on it is a wrong password.
  expect((await signIn({ ...user, password: "wrong-Password-1!" }, cookie)).status).toBe(401);
  const stored = JSON.stringify(await app.rows("select * from trusted_devices"));
  expect(stored).not.toContain(/gatehouse_trusted=([\w-]+)/.exec(cookie)?.[1] ?? "none");
});

// Attack: a user of a shared device signs in as another user of it.
test("the trust is for one user", async () => {
  const [user, other] = [await signUpWithFactor(app), await signUpWithFactor(app)];
  const { cookie } = await trustedDevice(user);
  expect(errorOf(await signIn(other, cookie))).toEqual([403, "MFA_REQUIRED"]);
});

test("the trust ends after 30 days", async () => {
  const user = await signUpWithFactor(app);
  const { cookie } = await trustedDevice(user);
  setSystemTime(new Date(Date.now() + 30 * 86_400_000 - 1000));
  expect((await signIn(user, cookie)).status).toBe(200);
  setSystemTime(new Date(Date.now() + 2000));
  expect(errorOf(await signIn(user, cookie))).toEqual([403, "MFA_REQUIRED"]);
});

test("the trust ends with a change of the password", async () => {
  const user = await signUpWithFactor(app);
  const { cookie, bearer } = await trustedDevice(user);
  expect((await changePassword(app, { ...user, accessToken: bearer })).status).toBe(200);
  const answer = await signIn({ ...user, password: newPassword }, cookie);
  expect(errorOf(answer)).toEqual([403, "MFA_REQUIRED"]);
});

// Setup: a program without cookies asks for a device to be trusted.
test("a request without a device stores no trust", async () => {
  const user = await signUpWithFactor(app);
  const tokens = await verifySecondFactor(callbackContext(app), {
    mfaToken: await mfaTokenOf(app, user),
    sent: { code: user.authenticator.code() },
    isToTrustDevice: true,
  });
  expect(tokens.user_id).toBe(user.userId);
  expect(await app.rows(`select id from trusted_devices where user_id = '${user.userId}'`)).toEqual(
    [],
  );
});

// security 92
test("the user lists and revokes their own trusted devices, and no other", async () => {
  const [user, other] = [await signUpWithFactor(app), await signUpWithFactor(app)];
  const { cookie, bearer } = await trustedDevice(user);
  const path = "/api/v1/users/me/trusted-devices";
  const listed = await app.call("GET", path, { bearer });
  expect(listed.json.data.items).toHaveLength(1);
  const [device] = listed.json.data.items;
  expect(Object.keys(device)).toEqual(["id", "user_agent", "created_at", "expires_at"]);
  const foreign = { bearer: other.accessToken };
  expect((await app.call("GET", path, foreign)).json.data.items).toEqual([]);
  expect((await app.call("DELETE", `${path}/${device.id}`, foreign)).status).toBe(404);
  expect((await app.call("DELETE", `${path}/none`, { bearer })).status).toBe(404);
  expect((await signIn(user, cookie)).status).toBe(200);
  expect((await app.call("DELETE", `${path}/${device.id}`, { bearer })).status).toBe(204);
  expect(errorOf(await signIn(user, cookie))).toEqual([403, "MFA_REQUIRED"]);
});
