import { describe, expect, test } from "bun:test";

import { logIn } from "../support/journey.ts";
import { errorOf } from "../support/provider-journey.ts";
import { race } from "../support/race.ts";
import { call2fa, mfaTokenOf, signUpWithFactor, useFrozenStep } from "../support/second-factor.ts";
import { useTestApp } from "../support/test-app.ts";

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
    const guess = { mfa_token: again, recovery_code: "AAAA-AAAA-AAAA-AAAA" };
    expect((await call2fa(app, "verify", guess)).status).toBe(401);
    const right = { mfa_token: again, recovery_code: user.recoveryCodes[0] };
    expect(errorOf(await call2fa(app, "verify", right))).toEqual([429, "RATE_LIMITED"]);
    const rows = await app.rows(
      `select points from limit_counts where limit_name = 'failed-second-factors-by-account' and source = '${user.userId}'`,
    );
    expect(rows).toEqual([{ points: 3 }]);
  });
});
