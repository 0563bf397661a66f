import { beforeAll, expect, test } from "bun:test";

import { type BrowserUser, signUpInBrowser } from "../support/browser-session.ts";
import { registerClient, type TestClient } from "../support/clients.ts";
import { formsOf } from "../support/page-forms.ts";
import { askToAuthorize, authorizeQuery } from "../support/relying-party.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
const registered = "https://good.example/app/callback?tenant=1";
let user: BrowserUser;
let client: TestClient;

beforeAll(async () => {
  user = await signUpInBrowser(app);
  client = await registerClient(app, { name: "Notes", redirectUris: [registered] });
}, 30_000);

// security 60; RFC 6749 §3.1.2.3, §10.15; RFC 9700 §4.1, §4.11: each differs from the registered URI, so that nothing is sent to it.
test.each([
  ["another host", "https://evil.example/app/callback?tenant=1"],
  ["the host as a user", "https://good.example@evil.example/app/callback?tenant=1"],
  ["a user before the host", "https://evil@good.example/app/callback?tenant=1"],
  ["a host that begins with it", "https://good.example.evil.example/app/callback?tenant=1"],
  ["a host that ends with it", "https://evilgood.example/app/callback?tenant=1"],
  ["a subdomain", "https://a.good.example/app/callback?tenant=1"],
  ["a dot after the host", "https://good.example./app/callback?tenant=1"],
  ["a default port", "https://good.example:443/app/callback?tenant=1"],
  ["another port", "https://good.example:8443/app/callback?tenant=1"],
  ["http", "http://good.example/app/callback?tenant=1"],
  ["the scheme in capitals", "HTTPS://good.example/app/callback?tenant=1"],
  ["the host in capitals", "https://GOOD.example/app/callback?tenant=1"],
  ["the path in capitals", "https://good.example/app/Callback?tenant=1"],
  ["a slash at the end", "https://good.example/app/callback/?tenant=1"],
  ["a path below", "https://good.example/app/callback/evil?tenant=1"],
  ["a path above", "https://good.example/app?tenant=1"],
  ["two dots", "https://good.example/app/x/../callback?tenant=1"],
  ["encoded dots", "https://good.example/app/x/%2e%2e/callback?tenant=1"],
  ["an encoded letter", "https://good.example/app/c%61llback?tenant=1"],
  ["a doubled slash", "https://good.example//app/callback?tenant=1"],
  ["a backslash", "https://good.example\\@evil.example/app/callback?tenant=1"],
  ["another query", "https://good.example/app/callback?tenant=2"],
  ["a longer query", "https://good.example/app/callback?tenant=1&next=https://evil.example"],
  ["no query", "https://good.example/app/callback"],
  ["a fragment", "https://good.example/app/callback?tenant=1#part"],
  ["an encoded fragment", "https://good.example/app/callback?tenant=1%23part"],
  ["a space at the end", "https://good.example/app/callback?tenant=1 "],
  ["a line break", "https://good.example/app/callback?tenant=1\r\nSet-Cookie: a=b"],
  ["a NUL", "https://good.example/app/callback?tenant=1\0"],
  ["no scheme", "//good.example/app/callback?tenant=1"],
  ["a path alone", "/app/callback?tenant=1"],
  ["javascript", "javascript:alert(1)//good.example/app/callback?tenant=1"],
  ["data", "data:text/html,https://good.example/app/callback?tenant=1"],
  ["none", undefined],
])("%s: the user gets a page, and nothing is sent to the address", async (_name, redirectUri) => {
  for (const parameters of [
    {},
    { prompt: "none" },
    { response_type: "token" },
    { response_mode: "form_post" },
  ]) {
    const query = authorizeQuery(client.id, { redirect_uri: redirectUri, ...parameters });
    for (const token of [user.token, null]) {
      const answer = await askToAuthorize(app, query, token);
      expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
      expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(answer.text).not.toContain("evil");
      expect(formsOf(answer.text)).toEqual([]);
    }
  }
});

test("the registered URI is used as it is, with its query", async () => {
  const query = authorizeQuery(client.id, { redirect_uri: registered, prompt: "none" });
  const answer = await askToAuthorize(app, query, null);
  expect(answer.headers.get("location")).toStartWith(`${registered}&error=login_required&`);
});

// RFC 6749 §4.1.2.1
test("an unknown client, none, and a parameter that is sent twice get a page", async () => {
  const right = authorizeQuery(client.id, { redirect_uri: registered });
  const unknown = ["client_none", "", "%00", "' or 1=1", "x".repeat(5000), "\ud83d\ude00"];
  const queries = [
    ...unknown.map((id) => authorizeQuery(id, { redirect_uri: registered })),
    right.replace(/client_id=[^&]*&/, ""),
    `${right}&client_id=${client.id}`,
    `${right}&redirect_uri=${encodeURIComponent(registered)}`,
    `${right}&redirect_uri=https%3A%2F%2Fevil.example%2F`,
    right.replace(/redirect_uri=[^&]*/, "redirect_uri=%ff"),
    "",
  ];
  for (const query of queries) {
    const answer = await askToAuthorize(app, query, user.token);
    expect([query, answer.status, answer.headers.get("location")]).toEqual([query, 400, null]);
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
  }
});
