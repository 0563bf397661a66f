import { describe, expect, test } from "bun:test";

import { createBrowserSessionCookie } from "../../src/platform/http/browser-session-cookie.ts";
import {
  browserHeaders,
  browserTokenOf,
  sessionCookieOf,
  signInOnPage,
  signUpInBrowser,
  statusInBrowser,
} from "../support/browser-session.ts";
import { signOutPages } from "../support/browser-pages.ts";
import { registerVerified } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const sessionMaxAgeSeconds = 90 * 86_400;

describe.each([
  {
    over: "https",
    settings: { PUBLIC_URL: "https://auth.example.com" },
    name: "__Host-gatehouse_session",
    attributes: ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"],
  },
  {
    over: "http",
    settings: {},
    name: "gatehouse_session",
    attributes: ["HttpOnly", "Path=/", "SameSite=Lax"],
  },
  {
    over: "https with SESSION_COOKIE_DOMAIN",
    settings: { PUBLIC_URL: "https://auth.example.com", SESSION_COOKIE_DOMAIN: "example.com" },
    name: "gatehouse_session",
    attributes: ["Domain=example.com", "HttpOnly", "Path=/", "SameSite=Lax", "Secure"],
  },
])("over $over", ({ settings, name, attributes }) => {
  const app = useTestApp({ settings });

  // security 115
  test("the cookie is out of reach of scripts and of other sites, and ends with its session", async () => {
    const signedIn = await signInOnPage(app, await registerVerified(app));
    const cookie = sessionCookieOf(signedIn);
    expect([cookie?.name, cookie?.attributes]).toEqual([name, attributes]);
    expect(cookie?.value).toMatch(/^[\w-]{43}$/);
    expect(cookie?.maxAgeSeconds).toBe(sessionMaxAgeSeconds);
    expect(cookie?.header.length).toBeLessThan(4096);
    const headers = browserHeaders(cookie?.value ?? "", name);
    const forwarded = await app.call("GET", "/api/v1/auth/forward", { headers });
    expect([forwarded.status, sessionCookieOf(forwarded)]).toEqual([200, null]);
  });

  // security 115
  test("a sign-out deletes the cookie, with the same attributes", async () => {
    const token = browserTokenOf(await signInOnPage(app, await registerVerified(app)));
    const answer = await signOutPages(app).call("POST", "/out", {
      headers: browserHeaders(token, name),
    });
    const cookie = sessionCookieOf(answer);
    expect([cookie?.name, cookie?.value, cookie?.maxAgeSeconds]).toEqual([name, "", 0]);
    expect(cookie?.attributes).toEqual(attributes);
  });
});

const app = useTestApp();

test("the database has only the digest of the token", async () => {
  const { token, sessionId } = await signUpInBrowser(app);
  const [row] = await app.rows(`select * from sessions where id = '${sessionId}'`);
  expect(String(row?.["browser_token_hash"])).toMatch(/^[\w-]{43}$/);
  expect(JSON.stringify(row)).not.toContain(token);
  expect(app.log.join("")).not.toContain(token);
});

// Attack: a neighbour under the same domain sets a cookie of the same name, to have the visitor act in another account.
test("a cookie that was sent twice, or is not of the right form, is ignored", async () => {
  const { token } = await signUpInBrowser(app);
  const other = await signUpInBrowser(app);
  expect(await statusInBrowser(app, token)).toBe(200);
  for (const value of [
    `${token}; gatehouse_session=${other.token}`,
    `${token}; gatehouse_session=${token}`,
    `"${token}"`,
    `${token}A`,
    token.slice(1),
    `${token.slice(0, -1)}=`,
    `${token.slice(0, -1)}.`,
    ` ${token.toUpperCase()}`,
    "",
  ]) {
    expect([value, await statusInBrowser(app, value)]).toEqual([value, 401]);
  }
});

test.each([
  ["https://auth.example.com", null, "__Host-gatehouse_session"],
  ["https://auth.example.com", "example.com", "gatehouse_session"],
  ["http://localhost:8000", null, "gatehouse_session"],
])("at %s with the domain %s only %s is read", (publicUrl, sessionCookieDomain, name) => {
  const cookie = createBrowserSessionCookie({ publicUrl, sessionCookieDomain });
  const token = "t".repeat(43);
  for (const sent of [
    "__Host-gatehouse_session",
    "__Secure-gatehouse_session",
    "__host-gatehouse_session",
    "gatehouse_session",
    "GATEHOUSE_SESSION",
    "gatehouse_session_",
  ]) {
    const request = new Request(publicUrl, { headers: browserHeaders(token, sent) });
    expect([sent, cookie.read(request)]).toEqual([sent, sent === name ? token : null]);
  }
});
