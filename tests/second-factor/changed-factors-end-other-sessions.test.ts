import { describe, expect, setSystemTime, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import { databaseKinds } from "../support/databases.ts";
import { logIn, type SignedInUser } from "../support/journey.ts";
import { mailThatSays } from "../support/mail-of-kind.ts";
import { addPasskey, ownPasskeys, register, newPasskey } from "../support/passkeys.ts";
import { errorOf } from "../support/provider-journey.ts";
import { race } from "../support/race.ts";
import {
  call2fa,
  signUpWithFactor,
  type TwoFactorUser,
  useFrozenStep,
} from "../support/second-factor.ts";
import { refresh, refreshed, statusOfMe } from "../support/session-calls.ts";
import { freshProfile, linkTo } from "../support/social-login.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

useFrozenStep();

type Tokens = Pick<SignedInUser, "accessToken" | "refreshToken">;

/** A user with a second factor that their session has proven, and another session of theirs. */
async function twoSessions(app: TestApp): Promise<{ user: TwoFactorUser; other: Tokens }> {
  const user = await signUpWithFactor(app);
  const proof = { code: user.authenticator.code() };
  const proven = await app.post("/api/v1/auth/reauthenticate", proof, { bearer: user.accessToken });
  expect(proven.status).toBe(200);
  const tokens = await refreshed(app, user.refreshToken);
  return { user: { ...user, ...tokens }, other: await otherSession(app, user, 0) };
}

/** A further session of the user, who signs in with this one of their recovery codes. */
async function otherSession(app: TestApp, user: TwoFactorUser, index: number): Promise<Tokens> {
  const { mfa_token } = (await logIn(app, user)).json.error.details;
  const sent = { mfa_token, recovery_code: user.recoveryCodes[index] };
  const answer = await call2fa(app, "verify", sent);
  const { access_token: accessToken, refresh_token: refreshToken } = answer.json.data;
  return { accessToken, refreshToken };
}

async function expectAlone(app: TestApp, user: SignedInUser, other: Tokens): Promise<void> {
  expect(await statusOfMe(app, user.accessToken)).toBe(200);
  expect((await refresh(app, user.refreshToken)).status).toBe(200);
  expect(await statusOfMe(app, other.accessToken)).toBe(401);
  expect((await refresh(app, other.refreshToken)).status).toBe(401);
}

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });

  // security 48
  test("adding and removing a passkey ends the other sessions, and is mailed", async () => {
    const { user, other } = await twoSessions(app);
    const { id } = await addPasskey(app, user.accessToken);
    await expectAlone(app, user, other);
    await mailThatSays(app, "mfa-changed", user.email, "A passkey was added to your account");

    const third = await otherSession(app, user, 1);
    const removed = await app.call("DELETE", `${ownPasskeys}/${id}`, { bearer: user.accessToken });
    expect(removed.status).toBe(204);
    expect(await statusOfMe(app, third.accessToken)).toBe(401);
    expect(await statusOfMe(app, user.accessToken)).toBe(200);
    await mailThatSays(app, "mfa-changed", user.email, "A passkey was removed from your account");
  });
});

describe("on postgres", () => {
  const app = useTestApp();

  // security 48
  test("replacing the recovery codes ends the other sessions", async () => {
    const { user, other } = await twoSessions(app);
    const body = { password: user.password, code: user.authenticator.code(30) };
    const bearer = user.accessToken;
    expect((await call2fa(app, "recovery-codes", body, { bearer })).status).toBe(200);
    await expectAlone(app, user, other);
  });

  test("the device on which the factor was changed stays a known one", async () => {
    const user = await signUpWithFactor(app);
    const body = { password: user.password, code: user.authenticator.code() };
    const call = { bearer: user.accessToken };
    const answer = await call2fa(app, "recovery-codes", body, call);
    expect(answer.headers.getSetCookie().join()).toContain("gatehouse_device=");
  });

  // Bad day: a page sends its request twice.
  test("two passkeys that one session adds at once are both usable, and the session goes on", async () => {
    const user = await signUpWithFactor(app);
    await app.post(
      "/api/v1/auth/reauthenticate",
      { code: user.authenticator.code() },
      { bearer: user.accessToken },
    );
    const answers = await race(2, () => register(app, user.accessToken, newPasskey()));
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(await statusOfMe(app, user.accessToken)).toBe(200);
    const listed = await app.call("GET", ownPasskeys, { bearer: user.accessToken });
    expect(listed.json.data.items).toHaveLength(2);
  });

  // Attack: a token that was stolen long after its sign-in takes a way to sign in from the user.
  test("removing a passkey or an identity needs a sign-in of the last hour", async () => {
    const { user } = await twoSessions(app);
    const { id } = await addPasskey(app, user.accessToken);
    const identity = await linkTo(app, user, freshProfile());
    setSystemTime(new Date(Date.now() + 3_601_000));
    const { accessToken: bearer } = await refreshed(app, user.refreshToken);
    const paths = [`${ownPasskeys}/${id}`, `/api/v1/users/me/identities/${identity.id}`];
    for (const [path, action] of [
      [paths[0], "user.passkey_removed"],
      [paths[1], "user.identity_unlinked"],
    ] as const) {
      const refused = await app.call("DELETE", path ?? "", { bearer });
      expect(errorOf(refused)).toEqual([403, "REAUTHENTICATION_REQUIRED"]);
      expect(await auditOf(app, refused)).toMatchObject([
        { action, result: "failure", detail: { reason: "session_not_fresh" } },
      ]);
    }
    const proof = { code: user.authenticator.code() };
    expect((await app.post("/api/v1/auth/reauthenticate", proof, { bearer })).status).toBe(200);
    for (const path of paths) {
      expect((await app.call("DELETE", path, { bearer })).status).toBe(204);
    }
  });
});
