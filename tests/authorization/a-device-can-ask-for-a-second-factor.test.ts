import { beforeAll, expect, test } from "bun:test";

import {
  type BrowserUser,
  browserHeaders,
  browserTokenOf,
  signUpInBrowser,
} from "../support/browser-session.ts";
import { registerClient, type TestClient } from "../support/clients.ts";
import { decodeToken } from "../support/forge-token.ts";
import { headingOf, openPage, press, shownTo } from "../support/page-forms.ts";
import {
  signUpInTrustedBrowser,
  type TwoFactorUser,
  useFrozenStep,
} from "../support/second-factor.ts";
import { useTestApp } from "../support/test-app.ts";

const grantType = "urn:ietf:params:oauth:grant-type:device_code";

useFrozenStep();
const app = useTestApp();
let inBrowser: BrowserUser;
let user: TwoFactorUser;
let bank: TestClient;

beforeAll(async () => {
  ({ inBrowser, user } = await signUpInTrustedBrowser(app));
  bank = await registerClient(app, {
    name: "Bank",
    grantTypes: [grantType],
    tokenEndpointAuthMethod: "none",
    requireMfa: true,
  });
}, 30_000);

async function start(): Promise<{ device_code: string; user_code: string }> {
  const form = { client_id: bank.id, scope: "openid" };
  const { json } = await app.call("POST", "/oauth/device_authorization", { form });
  return json;
}

const poll = (code: string) =>
  app.call("POST", "/oauth/token", {
    form: { grant_type: grantType, client_id: bank.id, device_code: code },
  });

async function enterCode({ token }: Pick<BrowserUser, "token">, code: string) {
  const headers = browserHeaders(token);
  const page = await openPage(app, "/device", headers);
  return press(app, page, "Continue", { entered: { user_code: code }, headers });
}

test("the user proves the second factor on the page, is then asked, and the tokens tell of it", async () => {
  const started = await start();
  const headers = browserHeaders(inBrowser.token);
  const asked = await enterCode(inBrowser, started.user_code);
  expect(asked.text).toContain("Bank asks for a second proof");
  expect(asked.text).toContain(
    `/sign-in?return_to=${encodeURIComponent(`http://localhost:8000/device?user_code=${started.user_code}`)}&amp;prompt=login`,
  );
  const wrong = await press(app, asked, "Continue", { entered: { code: "000000" }, headers });
  expect([wrong.status, wrong.text.includes("This code is wrong")]).toEqual([400, true]);
  const entered = { code: user.authenticator.code() };
  const question = await press(app, wrong, "Continue", { entered, headers });
  expect(headingOf(question)).toBe("Sign in to Bank");
  // A person who had the cookie before cannot use the second factor of this user.
  const token = browserTokenOf(question);
  expect(token).not.toBe(inBrowser.token);
  const done = await press(app, question, "Allow", { headers: browserHeaders(token) });
  expect(headingOf(done)).toBe("The device is connected");
  const { json } = await poll(started.device_code);
  expect(decodeToken(json.id_token).claims["acr"]).toBe("urn:gatehouse:2fa");
});

// Attack: the page with the question is left out.
test("a decision without the second factor is not recorded, a refusal is", async () => {
  const started = await start();
  const other = await signUpInBrowser(app);
  const asked = await enterCode(other, started.user_code);
  expect(asked.text).toContain("Bank is only for users with two-factor authentication");
  const decide = (decision: string) =>
    app.call("POST", "/device/decision", {
      form: { ...shownTo(other.userId), user_code: started.user_code, decision },
      headers: browserHeaders(other.token),
    });
  expect((await decide("allow")).status).toBe(400);
  expect((await poll(started.device_code)).json.error).toBe("authorization_pending");
  expect(headingOf(await decide("deny"))).toBe("The device is not connected");
  expect((await poll(started.device_code)).json.error).toBe("access_denied");
});
