import { expect, test } from "bun:test";
import { TOTP, Secret } from "otpauth";

import { meanwhile } from "../support/held-rows.ts";
import { goodPassword, signUp } from "../support/journey.ts";
import { race } from "../support/race.ts";
import { useFrozenStep } from "../support/second-factor.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

useFrozenStep();

function codeOf(secret: string, steps = 0): string {
  const timestamp = Date.now() + steps * 30_000;
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp });
}

async function begin(bearer: string): Promise<string> {
  const { json } = await app.post("/api/v1/auth/2fa/setup", { password: goodPassword }, { bearer });
  return json.data.secret;
}

// A stolen token and the password would otherwise add a passkey, which counts as both factors.
// security 89
test("a user with a second factor adds a passkey only after proving it in the session", async () => {
  const { accessToken: bearer } = await signUp(app);
  const options = () => app.call("POST", "/api/v1/auth/passkeys/register/options", { bearer });
  expect((await options()).status).toBe(200);
  const secret = await begin(bearer);
  const enabled = await app.post("/api/v1/auth/2fa/enable", { code: codeOf(secret) }, { bearer });
  expect(enabled.status).toBe(200);
  const refused = await options();
  expect([refused.status, refused.json.error.code]).toEqual([403, "REAUTHENTICATION_REQUIRED"]);
  const byPassword = { password: goodPassword };
  expect((await app.post("/api/v1/auth/reauthenticate", byPassword, { bearer })).status).toBe(200);
  expect((await options()).status).toBe(403);
  const byCode = { code: codeOf(secret, 1) };
  const proven = await app.post("/api/v1/auth/reauthenticate", byCode, { bearer });
  expect(proven.status).toBe(200);
  expect((await options()).status).toBe(200);
});

// A second set-up replaces the secret while the first is being confirmed.
test("a factor whose secret is replaced meanwhile is not reported as turned on", async () => {
  const { accessToken: bearer, userId } = await signUp(app);
  const code = codeOf(await begin(bearer));
  const replaced = `
    select from users where id = '${userId}' for no key update;
    update totp_factors set sealed_secret = 'another' where user_id = '${userId}'`;
  const { status } = await meanwhile(app, replaced, () =>
    app.post("/api/v1/auth/2fa/enable", { code }, { bearer }),
  );
  expect(status).toBe(401);
  expect(await app.rows(`select 1 from recovery_codes where user_id = '${userId}'`)).toEqual([]);
});

// Both replacements are right, and neither sees the codes that the other stores.
// security 88
test("of two concurrent replacements of the recovery codes the codes of one are valid", async () => {
  const { accessToken: bearer, userId } = await signUp(app);
  const secret = await begin(bearer);
  const first = { code: codeOf(secret, -1) };
  expect((await app.post("/api/v1/auth/2fa/enable", first, { bearer })).status).toBe(200);
  const statuses = await race(2, async (index) => {
    const body = { password: goodPassword, code: codeOf(secret, index) };
    return (await app.post("/api/v1/auth/2fa/recovery-codes", body, { bearer })).status;
  });
  expect(statuses).toContain(200);
  const stored = await app.rows(`select id from recovery_codes where user_id = '${userId}'`);
  expect(stored).toHaveLength(10);
});
