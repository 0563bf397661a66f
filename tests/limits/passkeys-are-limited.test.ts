import { afterEach, expect, setSystemTime, test } from "bun:test";

import { signUp } from "../support/journey.ts";
import { askToRegister, newPasskey, sendAssertion } from "../support/passkeys.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp({ settings: { RATE_LIMITS_ENABLED: "true" } });

afterEach(() => void setSystemTime());

test("starts of sign-ins with a passkey, and passkeys that are sent, share 60 in 5 minutes", async () => {
  setSystemTime(Date.now());
  const passkey = newPasskey();
  const ask = () => app.call("POST", "/api/v1/auth/passkeys/login/options");
  const send = () =>
    sendAssertion(app, { challenge_id: "unknown", ...passkey.get({ challenge: "unknown" }) });
  for (let count = 0; count < 30; count += 1) {
    expect((await ask()).status).toBe(200);
    expect((await send()).status).toBe(401);
  }
  const answer = await ask();
  expect([answer.status, answer.headers.get("ratelimit-policy")]).toEqual([429, "60;w=300"]);
  expect((await send()).status).toBe(429);
  setSystemTime(Date.now() + 301_000);
  expect((await ask()).status).toBe(200);
});

test("a user starts 30 registrations of passkeys in an hour", async () => {
  const user = await signUp(app);
  for (let count = 0; count < 30; count += 1) {
    expect((await askToRegister(app, user.accessToken)).status).toBe(200);
  }
  expect((await askToRegister(app, user.accessToken)).status).toBe(429);
});
