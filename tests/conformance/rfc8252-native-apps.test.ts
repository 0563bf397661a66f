import { beforeAll, expect, test } from "bun:test";

import { type BrowserUser, browserHeaders, signUpInBrowser } from "../support/browser-session.ts";
import { registerClient, type TestClient } from "../support/clients.ts";
import { formsOf, pathFrom, press } from "../support/page-forms.ts";
import { askToAuthorize, authorizeQuery, challenge, redeem } from "../support/relying-party.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
let user: BrowserUser;
let native: TestClient;

beforeAll(async () => {
  user = await signUpInBrowser(app);
  native = await registerClient(app, {
    name: "Native",
    redirectUris: [
      "http://127.0.0.1/callback",
      "http://[::1]/callback",
      "http://localhost:3000/callback",
      "com.example.app:/callback",
    ],
    tokenEndpointAuthMethod: "none",
  });
}, 30_000);

// RFC 8252 §7.1, §7.3, §8.4, §8.6
test.each([
  ["http://127.0.0.1:49152/callback", true],
  ["http://localhost:49152/callback", true],
  ["com.example.app:/callback", true],
  ["http://127.0.0.1:49152/other", false],
  ["http://[::1]:49152/callback", true],
  ["https://127.0.0.1/callback", false],
  ["http://127.0.0.1.evil.example/callback", false],
  ["http://127.0.0.1:49152@evil.example/callback", false],
  ["http://127.0.0.1:99999/callback", false],
  ["com.example.app:/other", false],
])(
  "a native application is answered at %s: %p; the user is always asked",
  async (redirectUri, isRight) => {
    const query = authorizeQuery(native.id, {
      redirect_uri: redirectUri,
      code_challenge: challenge,
    });
    const answer = await askToAuthorize(app, query, user.token);
    expect([answer.status, formsOf(answer.text).length]).toEqual(isRight ? [200, 2] : [400, 0]);
  },
);

test("a public client without a code challenge, and a secret client at a native address, are refused", async () => {
  const query = authorizeQuery(native.id, {
    redirect_uri: "http://127.0.0.1:1/callback",
    code_challenge: undefined,
    code_challenge_method: undefined,
  });
  const { headers } = await askToAuthorize(app, query, user.token);
  expect(headers.get("location")).toStartWith("http://127.0.0.1:1/callback?error=invalid_request");
});

// RFC 8252 §8.6: another program on the device may answer at the address, so that only the user can tell.
test("the user is asked again at each sign-in, and the code goes to the port of the request", async () => {
  for (const port of [49152, 49153]) {
    const redirectUri = `http://127.0.0.1:${port}/callback`;
    const query = authorizeQuery(native.id, { redirect_uri: redirectUri });
    const none = await askToAuthorize(app, `${query}&prompt=none`, user.token);
    expect(none.headers.get("location")).toStartWith(`${redirectUri}?error=consent_required&`);
    const page = await askToAuthorize(app, query, user.token);
    const shown = { ...page, path: pathFrom("/oauth/authorize") };
    const headers = browserHeaders(user.token);
    const { headers: sent } = await press(app, shown, "Allow", { headers });
    const location = new URL(sent.get("location") ?? "");
    expect(`${location.origin}${location.pathname}`).toBe(redirectUri);
    const code = location.searchParams.get("code") ?? "";
    const other = { redirect_uri: `http://127.0.0.1:${port + 1}/callback` };
    expect((await redeem(app, { id: native.id }, code, other)).json.error).toBe("invalid_grant");
    const redeemed = await redeem(app, { id: native.id }, code, { redirect_uri: redirectUri });
    expect(redeemed.status).toBe(200);
  }
});
