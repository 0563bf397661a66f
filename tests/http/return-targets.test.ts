import { describe, expect, test } from "bun:test";

import { findReturnTarget } from "../../src/platform/http/return-target.ts";

const settings = {
  publicUrl: "https://auth.example.com",
  allowedOrigins: ["https://app.example.org", "http://localhost:3000"],
  redirectUris: [
    "https://shop.example.net/callback",
    "http://127.0.0.1:8080/done",
    "com.example.app:/done",
  ],
  sessionCookieDomain: null,
};
const withDomain = { ...settings, sessionCookieDomain: "example.com" };

// security 60
describe("a sign-in leads on to", () => {
  test.each([
    ["https://auth.example.com", "https://auth.example.com/"],
    ["https://auth.example.com/account?a=1#name", "https://auth.example.com/account?a=1#name"],
    ["HTTPS://AUTH.example.com:443/account", "https://auth.example.com/account"],
    ["/account", "https://auth.example.com/account"],
    ["/account?tab=1#password", "https://auth.example.com/account?tab=1#password"],
    ["/@evil.example", "https://auth.example.com/@evil.example"],
    ["/a/../account", "https://auth.example.com/account"],
    ["https://app.example.org/notes?id=7", "https://app.example.org/notes?id=7"],
    [
      "https://app.example.org/a?next=https://evil.example",
      "https://app.example.org/a?next=https://evil.example",
    ],
    ["https://app.example.org//evil.example", "https://app.example.org//evil.example"],
    ["http://localhost:3000/", "http://localhost:3000/"],
    ["https://shop.example.net/basket", "https://shop.example.net/basket"],
    ["http://127.0.0.1:8080/other", "http://127.0.0.1:8080/other"],
  ])("%s", (text, target) => {
    expect(findReturnTarget(settings, text)).toBe(target);
  });

  test.each([
    "https://example.com/",
    "https://wiki.example.com/page",
    "https://a.b.example.com:8443/",
  ])("%s under SESSION_COOKIE_DOMAIN", (text) => {
    expect(findReturnTarget(withDomain, text)).toBe(text);
    expect(findReturnTarget(settings, text)).toBeNull();
  });
});

// Attack: a link to our own sign-in page leads on to a page of the attacker, which looks like ours.
// security 60
describe("a sign-in never leads on to", () => {
  test.each([
    ["another site", "https://evil.example/"],
    ["a protocol-relative address", "//evil.example"],
    ["three slashes", "///evil.example"],
    ["a scheme without slashes", "https:evil.example"],
    ["a scheme with one slash", "https:/evil.example"],
    ["our host without slashes", "https:auth.example.com"],
    ["a user name", "https://auth.example.com@evil.example/"],
    ["a user name at our host", "https://evil@auth.example.com/"],
    ["an encoded user name", "https://auth.example.com%40evil.example/"],
    ["our host as a password", "https://a:auth.example.com@evil.example/"],
    ["a subdomain of another site", "https://auth.example.com.evil.example/"],
    ["a longer host", "https://evilauth.example.com/"],
    ["a host that ends in ours", "https://notexample.com/"],
    ["backslashes", "\\\\evil.example"],
    ["a slash and a backslash", "/\\evil.example"],
    ["a backslash after the host", "https://auth.example.com\\@evil.example/"],
    ["a backslash before the host", "https:\\\\evil.example"],
    ["a script", "javascript:alert(1)"],
    ["a script in mixed case", "JaVaScRiPt://auth.example.com/%0aalert(1)"],
    ["data", "data:text/html,<script>alert(1)</script>"],
    ["a file", "file:///etc/passwd"],
    ["a blob of our origin", "blob:https://auth.example.com/1"],
    ["view-source", "view-source:https://auth.example.com/"],
    ["another scheme at our host", "ftp://auth.example.com/"],
    ["http at an https host", "http://auth.example.com/"],
    ["https at an http host", "https://localhost:3000/"],
    ["another port", "https://auth.example.com:8443/"],
    ["an encoded line break", "https://auth.example.com/%0d%0aSet-Cookie:a=b"],
    ["an encoded line break in a path", "/%0D%0ASet-Cookie:a=b"],
    ["a line break", "https://auth.example.com/\r\nSet-Cookie: a=b"],
    ["a tab in the scheme", "java\tscript:alert(1)"],
    ["a tab in the slashes", "/\t/evil.example"],
    ["a leading space", " https://auth.example.com/"],
    ["a null character", "https://auth.example.com/\u0000"],
    ["a right-to-left mark", "https://auth.example.com/\u202e"],
    ["an IP address", "https://192.0.2.1/"],
    ["an IP address as a number", "https://3221225985/"],
    ["an IPv6 address", "https://[2001:db8::1]/"],
    ["this machine", "https://127.0.0.1/"],
    ["a fragment before the host", "https://evil.example#@auth.example.com/"],
    ["a query before the host", "https://evil.example?@auth.example.com/"],
    ["a host with a dot at its end", "https://auth.example.com./"],
    ["full-width characters", "https://auth．example．com.evil.example/"],
    ["a native app", "com.example.app:/done"],
    ["a relative path", "account"],
    ["nothing", ""],
    ["no host", "https://"],
    ["null", "null"],
    ["an opaque origin", "about:blank"],
    ["a very long address", `/account?${"a".repeat(2048)}`],
  ])("%s", (_, text) => {
    expect(findReturnTarget(settings, text)).toBeNull();
    expect(findReturnTarget({ ...settings, allowedOrigins: ["null"] }, text)).toBeNull();
  });

  test.each([
    "https://evilexample.com/",
    "https://example.com.evil.example/",
    "https://wiki.example.com@evil.example/",
    "http://wiki.example.com/",
    "https://com/",
    "https://example.org/",
    "https://wiki.example.com./",
  ])("%s with SESSION_COOKIE_DOMAIN", (text) => {
    expect(findReturnTarget(withDomain, text)).toBeNull();
  });
});
