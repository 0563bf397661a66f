import { describe, expect, test } from "bun:test";

import { browserHeaders, signUpInBrowser } from "../support/browser-session.ts";
import { logIn, signUp } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const publicUrl = "https://auth.example.com";
const common = { PUBLIC_URL: publicUrl, SESSION_COOKIE_DOMAIN: "example.com" };
/** Behind a proxy on this machine. */
const app = useTestApp({ settings: { ...common, TRUSTED_PROXIES: "127.0.0.0/8,::1/128" } });
/** The same without a proxy that is trusted. */
const untrusting = useTestApp({ settings: { ...common, TRUSTED_PROXIES: "192.0.2.0/24" } });

type Headers = Record<string, string>;

const forwarded: Headers = {
  "x-forwarded-proto": "https",
  "x-forwarded-host": "wiki.example.com",
  "x-forwarded-uri": "/page?id=7&a=%2F",
  "x-forwarded-method": "GET",
};
const navigation: Headers = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
const signIn = `${publicUrl}/sign-in`;
const andBack = `${signIn}?return_to=${encodeURIComponent("https://wiki.example.com/page?id=7&a=%2F")}`;

/** Status, `Location` and `X-Auth-Redirect` of a response. */
async function ask(headers: Headers, query = "?redirect=true", at = app) {
  const answer = await at.call("GET", `/api/v1/auth/forward${query}`, { headers });
  return [answer.status, answer.headers.get("location"), answer.headers.get("x-auth-redirect")];
}

describe("a browser that opens a page without being signed in", () => {
  test("is sent to the sign-in page, which leads back", async () => {
    expect(await ask({ ...forwarded, ...navigation })).toEqual([302, andBack, null]);
    const path = "/api/v1/auth/forward?role=admin&redirect=true";
    const headers = { ...forwarded, ...navigation };
    const answer = await app.call("HEAD", path, { headers });
    expect([answer.status, answer.headers.get("location"), answer.text]).toEqual([
      302,
      andBack,
      "",
    ]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("www-authenticate")).toBeNull();
  });

  // nginx cannot pass a redirect of `auth_request` on.
  test("is told where the page is, with a 401", async () => {
    for (const query of ["", "?role=user", "?redirect=false", "?redirect"]) {
      expect([query, await ask({ ...forwarded, ...navigation }, query)]).toEqual([
        query,
        [401, null, andBack],
      ]);
    }
    const headers = { ...forwarded, ...navigation };
    const answer = await app.call("GET", "/api/v1/auth/forward", { headers });
    expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    expect(answer.json.error.code).toBe("AUTHENTICATION_REQUIRED");
  });

  test("is so also with a cookie or token that is expired, ended or unknown", async () => {
    const { accessToken } = await signUp(app);
    await app.call("POST", "/api/v1/auth/logout", { bearer: accessToken });
    for (const credentials of [
      browserHeaders("x".repeat(43)),
      browserHeaders("malformed"),
      { authorization: `Bearer ${accessToken}` },
      { authorization: "Basic YTpi" },
    ]) {
      const headers = { ...forwarded, ...navigation, ...credentials };
      expect([credentials, await ask(headers)]).toEqual([credentials, [302, andBack, null]]);
    }
  });
});

describe("a browser that opens a page is recognised", () => {
  const { "x-forwarded-method": _, ...withoutMethod } = forwarded;
  const page = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
  test.each([
    ["Sec-Fetch-Mode", forwarded, navigation, 302],
    ["HEAD", { ...forwarded, "x-forwarded-method": "HEAD" }, navigation, 302],
    ["no forwarded method", withoutMethod, navigation, 302],
    ["Accept without Sec-Fetch", forwarded, { accept: page }, 302],
    ["Accept in another case", forwarded, { accept: "TEXT/HTML" }, 302],
    ["a form", { ...forwarded, "x-forwarded-method": "POST" }, navigation, 401],
    ["a form in lower case", { ...forwarded, "x-forwarded-method": "post" }, navigation, 401],
    ["a script's request", forwarded, { "sec-fetch-mode": "cors", accept: page }, 401],
    ["an image", forwarded, { "sec-fetch-mode": "no-cors", accept: "image/*,*/*" }, 401],
    ["a web socket", forwarded, { "sec-fetch-mode": "websocket" }, 401],
    ["Sec-Fetch-Site alone", forwarded, { "sec-fetch-site": "same-origin", accept: page }, 401],
    ["a program", forwarded, { accept: "*/*" }, 401],
    ["another type that contains it", forwarded, { accept: "text/html-sandboxed" }, 401],
    ["no Accept", forwarded, { accept: "" }, 401],
  ])("by %s", async (_name, address, headers, status) => {
    const [found, location, told] = await ask({ ...address, ...headers });
    expect([found, location]).toEqual([status, status === 302 ? andBack : null]);
    expect(told).toBeNull();
  });
});

// Attack: a link through the proxy, or forged headers, lead to the sign-in page and from there to the attacker's. security 60
describe("the sign-in page leads back to no address that", () => {
  test("comes from a peer that is no trusted proxy", async () => {
    const headers = { ...forwarded, ...navigation };
    expect(await ask(headers, "?redirect=true", untrusting)).toEqual([302, signIn, null]);
    expect(await ask(headers, "", untrusting)).toEqual([401, null, signIn]);
    expect(await ask(navigation)).toEqual([302, signIn, null]);
  });

  test.each([
    ["is of another site", { "x-forwarded-host": "evil.example" }],
    ["has a user name", { "x-forwarded-host": "wiki.example.com@evil.example" }],
    ["has two hosts", { "x-forwarded-host": "wiki.example.com, evil.example" }],
    ["has a path in its host", { "x-forwarded-host": "evil.example/wiki.example.com" }],
    ["has a query in its host", { "x-forwarded-host": "evil.example?wiki.example.com" }],
    ["has another scheme", { "x-forwarded-proto": "http" }],
    ["has a scheme of no web page", { "x-forwarded-proto": "javascript" }],
    ["has two schemes", { "x-forwarded-proto": "https, https" }],
    ["has no path", { "x-forwarded-uri": "@evil.example/" }],
    ["has no host", { "x-forwarded-host": "" }],
    ["has a backslash", { "x-forwarded-uri": "/\\evil.example" }],
    ["has a line break", { "x-forwarded-uri": "/%0d%0aSet-Cookie:%20a=b" }],
    ["is too long", { "x-forwarded-uri": `/${"a".repeat(3000)}` }],
  ])("%s", async (_, changed) => {
    const headers = { ...forwarded, ...navigation, ...changed };
    expect(await ask(headers)).toEqual([302, signIn, null]);
    expect(await ask({ ...headers, "sec-fetch-mode": "cors" })).toEqual([401, null, null]);
  });

  test("other headers name", async () => {
    const headers = {
      ...navigation,
      host: "evil.example",
      forwarded: "host=evil.example;proto=https",
      "x-original-url": "https://evil.example/",
      "x-forwarded-server": "evil.example",
    };
    expect(await ask(headers)).toEqual([302, signIn, null]);
  });
});

describe("a user who is signed in", () => {
  test("is let through, in a browser and with a bearer token", async () => {
    const { token, email } = await signUpInBrowser(app);
    const { accessToken } = await signUp(app);
    for (const credentials of [browserHeaders(token), { authorization: `Bearer ${accessToken}` }]) {
      const headers = { ...forwarded, ...navigation, ...credentials };
      expect(await ask(headers)).toEqual([200, null, null]);
      expect(await ask(headers, "?role=user&redirect=true")).toEqual([200, null, null]);
    }
    const headers = { ...browserHeaders(token), ...navigation };
    const answer = await app.call("GET", "/api/v1/auth/forward", { headers });
    expect([answer.text, answer.headers.get("x-auth-email")]).toEqual(["", email]);
    expect(answer.headers.get("x-auth-roles")).toBe("user");
  });

  // A sign-in would not help: the browser would be sent to and fro.
  test("and lacks a role gets 403, and is sent nowhere", async () => {
    const { token } = await signUpInBrowser(app);
    const headers = { ...forwarded, ...navigation, ...browserHeaders(token) };
    expect(await ask(headers, "?role=admin&redirect=true")).toEqual([403, null, null]);
    expect(await ask(headers, "?permission=users:read")).toEqual([403, null, null]);
  });

  test("a bearer token takes precedence over the cookie, also when it is not valid", async () => {
    const { token } = await signUpInBrowser(app);
    const other = await signUp(app);
    const cookie = browserHeaders(token);
    const bearer = { ...cookie, authorization: `Bearer ${other.accessToken}` };
    const answer = await app.call("GET", "/api/v1/auth/forward", { headers: bearer });
    expect(answer.headers.get("x-auth-user-id")).toBe(other.userId);
    const invalid = { ...cookie, authorization: "Bearer x" };
    expect(await ask(invalid)).toEqual([401, null, null]);
    const basic = { ...cookie, authorization: "Basic YTpi" };
    expect(await ask(basic)).toEqual([200, null, null]);
  });
});

// The browser would be sent to and fro between the page, which never gets the cookie, and the sign-in, which has it.
describe("a page to which browsers send no session cookie is not returned to", () => {
  const listed = ["https://app.example.net", "http://wiki.example.com", "https://auth.example.com"];
  const trusted = { PUBLIC_URL: publicUrl, TRUSTED_PROXIES: "127.0.0.0/8,::1/128" };
  const listing = { ...trusted, ALLOWED_ORIGINS: listed.join() };
  const shared = useTestApp({ settings: { ...listing, SESSION_COOKIE_DOMAIN: "example.com" } });
  const ofOneHost = useTestApp({ settings: { ...listing, SESSION_COOKIE_DOMAIN: "" } });
  test.each([
    ["https://app.example.net", false, false],
    ["http://wiki.example.com", false, false],
    ["https://wiki.example.com", true, false],
    ["https://auth.example.com", true, true],
  ])("%s", async (origin, isOfShared, isOfOneHost) => {
    const [proto = "", host = ""] = origin.split("://");
    const asked = { ...navigation, "x-forwarded-proto": proto, "x-forwarded-host": host };
    const headers = { ...asked, "x-forwarded-uri": "/page" };
    const back = `${signIn}?return_to=${encodeURIComponent(`${origin}/page`)}`;
    expect(await ask(headers, "", shared)).toEqual([401, null, isOfShared ? back : signIn]);
    expect(await ask(headers, "", ofOneHost)).toEqual([401, null, isOfOneHost ? back : signIn]);
  });
});

test("a misspelt parameter is refused, whether the user is signed in by token or by cookie", async () => {
  const { token } = await signUpInBrowser(app);
  for (const query of [
    "?redirects=true",
    "?redirect=1",
    "?redirect=TRUE",
    "?redirect",
    "?return_to=/",
  ]) {
    const headers = { ...navigation, ...browserHeaders(token) };
    expect([query, await ask(headers, query)]).toEqual([query, [400, null, null]]);
  }
});

describe("with the refresh cookie as well", () => {
  const both = useTestApp({ settings: { REFRESH_TOKEN_COOKIE: "true" } });

  test("the browser session cookie is used first, and the refresh cookie if that one is of no use", async () => {
    const { token, email } = await signUpInBrowser(both);
    const user = await signUpInBrowser(both);
    const signedIn = await logIn(both, user);
    const refreshCookie = /gatehouse_refresh_token=[^;]+/.exec(
      signedIn.headers.getSetCookie().join("\n"),
    )?.[0];
    for (const [sessionToken, expected] of [
      [token, email],
      ["x".repeat(43), user.email],
    ]) {
      const cookie = `gatehouse_session=${sessionToken}; ${refreshCookie}`;
      const answer = await both.call("GET", "/api/v1/auth/forward", { headers: { cookie } });
      expect([answer.status, answer.headers.get("x-auth-email")]).toEqual([200, String(expected)]);
    }
  });
});
