import { afterEach, expect, setSystemTime, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import { signUp } from "../support/journey.ts";
import { addPasskey, askToRegister, askToSignIn } from "../support/passkeys.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

afterEach(() => void setSystemTime());

test("a passkey makes an older session fresh, and gives it two factors", async () => {
  const user = await signUp(app);
  const { passkey } = await addPasskey(app, user.accessToken);
  setSystemTime(Date.now() + 11 * 60_000);
  expect((await askToRegister(app, user.accessToken)).status).toBe(403);
  const options = await askToSignIn(app);
  const json = { passkey: { challenge_id: options.challenge_id, ...passkey.get(options) } };
  const reauthenticate = () =>
    app.post("/api/v1/auth/reauthenticate", json, { bearer: user.accessToken });
  expect((await reauthenticate()).status).toBe(200);
  expect((await askToRegister(app, user.accessToken)).status).toBe(200);
  const [session] = await app.rows(`select amr from sessions where user_id = '${user.userId}'`);
  expect(session?.["amr"]).toEqual(["pwd", "pop", "user", "mfa"]);
  expect((await reauthenticate()).status).toBe(401);
});

// Attack: a thief of an access token reauthenticates with a passkey of their own.
test("another user's passkey is refused", async () => {
  const user = await signUp(app);
  const thief = await signUp(app);
  const { passkey } = await addPasskey(app, thief.accessToken);
  const options = await askToSignIn(app);
  const json = { passkey: { challenge_id: options.challenge_id, ...passkey.get(options) } };
  const answer = await app.post("/api/v1/auth/reauthenticate", json, { bearer: user.accessToken });
  expect([answer.status, answer.json.error.code]).toEqual([401, "INVALID_CREDENTIALS"]);
  expect(await auditOf(app, answer)).toMatchObject([
    { action: "user.reauthenticated", result: "failure", detail: { reason: "wrong_user" } },
  ]);
});
