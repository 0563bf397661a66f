import { describe, expect, test } from "bun:test";

import { createFakeProvider } from "../support/fake-provider.ts";
import { appUri, comeBack, errorOf, startAt } from "../support/provider-journey.ts";
import { useTestApp } from "../support/test-app.ts";

const acme = createFakeProvider("acme");
const appScheme = "com.example.app:/signed-in";
const loopback = "http://127.0.0.1:4000/back";
const app = useTestApp({
  providers: [acme],
  settings: { REDIRECT_URIS: [appUri, appScheme, loopback].join(",") },
});

// Attack: an address that a lenient comparison takes for the listed one receives the code.
// security 60
describe("a start with an address that is not listed is refused, and never redirects", () => {
  test.each([
    "https://evil.example/signed-in",
    "//evil.example/signed-in",
    "https:evil.example/signed-in",
    "\\\\evil.example/signed-in",
    "https:\\\\app.example.com/signed-in",
    "https://app.example.com@evil.example/signed-in",
    "https://app.example.com:pass@evil.example/signed-in",
    "https://user@app.example.com/signed-in",
    "https://app.example.com.evil.example/signed-in",
    "https://good.app.example.com/signed-in",
    "https://app.example.com/signed-in/",
    "https://app.example.com/signed-in?",
    "https://app.example.com/signed-in?next=https://evil.example",
    "https://app.example.com/signed-in#",
    "https://app.example.com/signed-in#access_token=x",
    "https://app.example.com/signed-in/../evil",
    "https://app.example.com/%2e%2e/signed-in",
    "https://app.example.com/signed-in%0d%0aset-cookie:%20a=b",
    "https://app.example.com/signed-in\r\nset-cookie: a=b",
    "https://app.example.com/signed-in\0",
    "https://APP.example.com/signed-in",
    "https://app.example.com:443/signed-in",
    "https://app.example.com:8443/signed-in",
    "http://app.example.com/signed-in",
    "https://app.example.com./signed-in",
    "https://xn--app-example.com/signed-in",
    "https://203.0.113.7/signed-in",
    "https://[::1]/signed-in",
    "javascript:alert(1)",
    "data:text/html,x",
    "com.example.app:/signed-in/more",
    "com.example.app://evil.example/signed-in",
    "com.example.apps:/signed-in",
    "http://127.0.0.1:4000/other",
    "http://127.0.0.1:4000@evil.example/back",
    "http://127.0.0.1.evil.example:4000/back",
    "http://localhost:4000/back",
    "https://127.0.0.1:4000/back",
    "http://127.0.0.1:99999/back",
    " https://app.example.com/signed-in",
    `${appUri},${appUri}`,
  ])("%j", async (uri) => {
    const { answer } = await startAt(app, acme, { redirect_uri: uri });
    expect(errorOf(answer)).toEqual([400, "VALIDATION_ERROR"]);
    expect(answer.json.error.details.field).toBe("redirect_uri");
    expect([answer.headers.get("location"), answer.headers.get("set-cookie")]).toEqual([
      null,
      null,
    ]);
    expect(answer.text).not.toContain("evil");
  });
});

// security 60
test("a parameter that is sent twice is refused, as is one that is too long", async () => {
  for (const query of [
    `redirect_uri=${encodeURIComponent(appUri)}&redirect_uri=https://evil.example`,
    `redirect_uri=https://evil.example&redirect_uri=${encodeURIComponent(appUri)}`,
    `redirect_uri=${encodeURIComponent(appUri)}&redirect%5Furi=https://evil.example`,
    `redirect_uri=${encodeURIComponent(appUri)}&state=a&state=b`,
    `redirect_uri=${"x".repeat(5000)}`,
    `redirect_uri=${encodeURIComponent(appUri)}&state=${"x".repeat(513)}`,
    `redirect_uri=${encodeURIComponent(appUri)}&state=%0d%0a`,
    `redirect_uri=${encodeURIComponent(appUri)}&state=a%00b`,
  ]) {
    const answer = await app.call("GET", `/api/v1/auth/oauth/acme?${query}`);
    expect([query, answer.status]).toEqual([query, 400]);
    expect(answer.headers.get("location")).toBeNull();
  }
});

test("a challenge is one of S256, and comes with an address", async () => {
  const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  for (const parameters of [
    { redirect_uri: appUri, code_challenge: challenge },
    { redirect_uri: appUri, code_challenge: challenge, code_challenge_method: "plain" },
    { redirect_uri: appUri, code_challenge_method: "S256" },
    { redirect_uri: appUri, code_challenge: "short", code_challenge_method: "S256" },
    { redirect_uri: appUri, code_challenge: `${challenge}=`, code_challenge_method: "S256" },
    { code_challenge: challenge, code_challenge_method: "S256" },
  ]) {
    const { answer } = await startAt(app, acme, { ...parameters });
    expect(errorOf(answer)).toEqual([400, "VALIDATION_ERROR"]);
  }
});

// RFC 8252 §7.1, §7.3
test("native apps are returned to by their scheme, and at any port of the loopback address", async () => {
  for (const uri of [appScheme, loopback, "http://127.0.0.1:51004/back"]) {
    const { location, cookie } = await startAt(app, acme, { redirect_uri: uri });
    const answer = await comeBack(app, "acme", acme.approve(location), cookie);
    expect(answer.headers.get("location")).toStartWith(`${uri}?code=`);
  }
});
