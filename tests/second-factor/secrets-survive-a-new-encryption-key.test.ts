import { expect, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import {
  call2fa,
  mfaTokenOf,
  signUpWithFactor,
  type TwoFactorUser,
  useFrozenStep,
} from "../support/second-factor.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

useFrozenStep();

const first = "first-kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only";
const second = "second-wY8zL1pC6hJ5dS0gAkF3mQ9xT2vB7nR4-tests-only";

async function verify(app: TestApp, user: TwoFactorUser, factor: Record<string, unknown>) {
  return call2fa(app, "verify", { mfa_token: await mfaTokenOf(app, user), ...factor });
}

async function prefixOf(app: TestApp, { userId }: TwoFactorUser): Promise<string> {
  const [row] = await app.rows(
    `select split_part(sealed_secret, '.', 1) as prefix from totp_factors where user_id = '${userId}'`,
  );
  return `${String(row?.["prefix"])}.`;
}

// The bad day: ENCRYPTION_KEY has leaked, and is replaced. Every user would have to set up the app again.
// security 87, 158
test.each([...databaseKinds])(
  "on %s a start with ENCRYPTION_KEY_PREVIOUS seals the secrets of apps again, and no code is lost",
  async (database) => {
    await using app = await startTestApp({ database, settings: { ENCRYPTION_KEY: first } });
    const user = await signUpWithFactor(app);
    expect(await prefixOf(app, user)).toBe(app.platform.secrets.currentPrefix);
    await app.server.stop(0);
    const between = await app.replica({ ENCRYPTION_KEY: second, ENCRYPTION_KEY_PREVIOUS: first });
    expect(await prefixOf(between, user)).toBe(between.platform.secrets.currentPrefix);
    expect(between.platform.secrets.currentPrefix).not.toBe(app.platform.secrets.currentPrefix);
    await between.server.stop(0);

    const after = await app.replica({ ENCRYPTION_KEY: second });
    expect((await verify(after, user, { code: user.authenticator.code() })).status).toBe(200);
    const used = { recovery_code: user.recoveryCodes[0] };
    expect((await verify(after, user, used)).status).toBe(200);
  },
);

// A code that is sealed under a key that the settings do not have is neither right nor wrong.
test("without the key that sealed it a secret accepts no code, and a recovery code still works", async () => {
  await using app = await startTestApp({ settings: { ENCRYPTION_KEY: first } });
  const user = await signUpWithFactor(app);
  const without = await app.replica({ ENCRYPTION_KEY: second });
  expect(without.log.join()).toContain("stored secrets cannot be opened");
  expect((await verify(without, user, { code: user.authenticator.code() })).status).toBe(500);
  const used = { recovery_code: user.recoveryCodes[0] };
  expect((await verify(without, user, used)).status).toBe(200);
});
