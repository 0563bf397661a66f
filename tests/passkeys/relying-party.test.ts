import { afterEach, expect, setSystemTime, test } from "bun:test";

import { loadSettings } from "../../src/platform/config/load-settings.ts";
import { deleteExpiredRows } from "../../src/app/jobs/retention.ts";
import { SoftwarePasskey } from "../support/authenticator.ts";
import { signUp } from "../support/journey.ts";
import { askToRegister, askToSignIn, register, signInWithPasskey } from "../support/passkeys.ts";
import { useTestApp } from "../support/test-app.ts";

const origins = ["https://app.example.com", "https://example.org"];
const app = useTestApp({
  settings: { WEBAUTHN_RP_ID: "example.com", WEBAUTHN_ORIGINS: origins.join(",") },
});

afterEach(() => void setSystemTime());

test("passkeys are for the domain of the settings, on pages of its origins and the related ones", async () => {
  const user = await signUp(app);
  const options = await askToRegister(app, user.accessToken);
  expect(options.json.data.rp.id).toBe("example.com");
  for (const origin of origins) {
    const passkey = new SoftwarePasskey({ id: "example.com", origin });
    expect((await register(app, user.accessToken, passkey)).status).toBe(201);
    expect((await signInWithPasskey(app, passkey)).status).toBe(200);
  }
  const elsewhere = new SoftwarePasskey({ id: "example.com", origin: "http://localhost:8000" });
  expect((await register(app, user.accessToken, elsewhere)).status).toBe(400);
});

test("browsers find the related origins", async () => {
  const answer = await app.call("GET", "/.well-known/webauthn");
  expect([answer.status, answer.json]).toEqual([200, { origins }]);
  expect(answer.headers.get("content-type")).toStartWith("application/json");
});

test("an origin in the domain is required", () => {
  const secret = { JWT_SECRET_KEY: "kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only" };
  const sources = { isTerminal: false, generateSecret: () => "never asked for" };
  const load = (settings: Record<string, string>) => () =>
    loadSettings({ ...secret, ...settings }, sources);
  expect(load({ WEBAUTHN_RP_ID: "example.com" })).toThrow("WEBAUTHN_RP_ID");
  expect(load({ WEBAUTHN_ORIGINS: "https://example.com" })).toThrow("WEBAUTHN_ORIGINS");
  const near = { WEBAUTHN_RP_ID: "example.com", WEBAUTHN_ORIGINS: "https://anexample.com" };
  expect(load(near)).toThrow("WEBAUTHN_RP_ID");
  const { settings } = load({ PUBLIC_URL: "https://auth.example.com" })();
  expect([settings.webauthnRpId, settings.webauthnOrigins]).toEqual([
    "auth.example.com",
    ["https://auth.example.com"],
  ]);
  expect(load({ PUBLIC_URL: "http://[::1]:8000" })().settings.webauthnRpId).toBe("::1");
});

test("expired challenges are deleted", async () => {
  await askToSignIn(app);
  const count = async () => (await app.rows("select id from passkey_challenges")).length;
  setSystemTime(Date.now() + 4 * 60_000);
  await askToSignIn(app);
  setSystemTime(Date.now() + 2 * 60_000);
  await deleteExpiredRows(app.platform);
  expect(await count()).toBe(1);
});
