import { expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { auditOf } from "../support/audit-rows.ts";
import { logIn } from "../support/journey.ts";
import { mailThatSays } from "../support/mail-of-kind.ts";
import { errorOf } from "../support/provider-journey.ts";
import { signUpWith } from "../support/roles.ts";
import {
  mfaTokenOf,
  call2fa,
  signUpWithFactor,
  turnOn,
  useFrozenStep,
} from "../support/second-factor.ts";
import { statusOfMe } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
useFrozenStep();

const reset = (bearer: string, id: string) =>
  app.call("DELETE", `/api/v1/users/${id}/2fa`, { bearer });

// security 89
test("a reset turns the factor off, ends the sessions, and is recorded and mailed", async () => {
  const user = await signUpWithFactor(app);
  const mfaToken = await mfaTokenOf(app, user);
  const admin = await signInAdmin(app);
  expect((await reset(admin.accessToken, user.userId)).status).toBe(204);
  expect(await statusOfMe(app, user.accessToken)).toBe(401);
  const stale = { mfa_token: mfaToken, code: user.authenticator.code() };
  expect(errorOf(await call2fa(app, "verify", stale))).toEqual([401, "INVALID_TOKEN"]);
  expect((await logIn(app, user)).status).toBe(200);
  const rows = await app.rows(
    `select actor_id, detail from audit_log where user_id = '${user.userId}' and action = 'user.mfa_disabled'`,
  );
  expect(rows).toEqual([{ actor_id: admin.userId, detail: { by: "administrator" } }]);
  await mailThatSays(app, "mfa-changed", user.email, "administrator");
  expect(errorOf(await reset(admin.accessToken, user.userId))).toEqual([404, "NOT_FOUND"]);
});

// Attack: a stolen token of an administrator turns their own factor off, without password and code.
// security 89
test("administrators do not reset their own factor", async () => {
  const admin = await turnOn(app, await signInAdmin(app));
  const refused = await reset(admin.accessToken, admin.userId);
  expect(errorOf(refused)).toEqual([403, "FORBIDDEN"]);
  expect(await auditOf(app, refused)).toMatchObject([
    { action: "user.mfa_disabled", result: "failure", detail: { reason: "FORBIDDEN" } },
  ]);
  expect(errorOf(await logIn(app, admin))).toEqual([403, "MFA_REQUIRED"]);
});

// Attack: a user who administers users turns off the factor of one with more permissions.
test("a reset needs users:write and every permission of the user", async () => {
  const user = await signUpWithFactor(app);
  const reader = await signUpWith(app, ["users:read"]);
  expect(errorOf(await reset(reader.accessToken, user.userId))).toEqual([403, "FORBIDDEN"]);
  const writer = await signUpWith(app, ["users:write"]);
  const admin = await signInAdmin(app);
  expect(errorOf(await reset(writer.accessToken, admin.userId))).toEqual([403, "FORBIDDEN"]);
  const unknown = "019aa000-0000-7000-8000-000000000000";
  expect(errorOf(await reset(writer.accessToken, unknown))).toEqual([404, "USER_NOT_FOUND"]);
  expect((await reset(writer.accessToken, user.userId)).status).toBe(204);
});
