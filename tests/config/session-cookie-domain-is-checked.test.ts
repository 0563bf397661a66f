import { describe, expect, test } from "bun:test";

import { load, refusedNames } from "./load.ts";

const publicUrl = "https://auth.team.example.com";

describe("SESSION_COOKIE_DOMAIN", () => {
  test.each([
    ["example.com", "example.com"],
    ["team.example.com", "team.example.com"],
    ["auth.team.example.com", "auth.team.example.com"],
    ["Team.Example.COM", "team.example.com"],
  ])("may be %s", (given, domain) => {
    const { settings } = load({ PUBLIC_URL: publicUrl, SESSION_COOKIE_DOMAIN: given });
    expect(settings.sessionCookieDomain).toBe(domain);
  });

  // Attack: anyone who registers a domain under a public suffix would receive the cookies of all users.
  test.each([
    ["a public suffix", "com", "https://auth.com"],
    ["a public suffix with a dot", "co.uk", "https://auth.co.uk"],
    ["a public suffix of another country", "com.au", "https://auth.com.au"],
    ["this machine", "localhost", "http://localhost:8000"],
    ["an IP address", "127.0.0.1", "http://127.0.0.1:8000"],
    ["an IPv6 address", "[::1]", "http://[::1]:8000"],
    ["an address", "https://example.com", publicUrl],
    ["a domain with a port", "example.com:443", publicUrl],
    ["a leading dot", ".example.com", publicUrl],
    ["a dot at the end", "example.com.", publicUrl],
    ["a wildcard", "*.example.com", publicUrl],
    ["several domains", "example.com,example.org", publicUrl],
    ["another attribute", "example.com; SameSite=None", publicUrl],
    ["another domain", "example.org", publicUrl],
    ["a domain that only ends alike", "ample.com", publicUrl],
    ["a host beside that of PUBLIC_URL", "wiki.example.com", publicUrl],
    ["a host under that of PUBLIC_URL", "a.auth.team.example.com", publicUrl],
  ])("may not be %s", (_, domain, url) => {
    const environment = { ENVIRONMENT: "test", PUBLIC_URL: url, SESSION_COOKIE_DOMAIN: domain };
    expect(refusedNames(environment)).toEqual(["SESSION_COOKIE_DOMAIN"]);
  });
});
