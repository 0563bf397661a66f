import { describe, expect, test } from "bun:test";

import { isAllowedRedirect } from "../../src/platform/http/redirect-uris.ts";
import { load } from "./load.ts";

const registered = [
  "https://app.example.com/signed-in",
  "https://app.example.com/cb?tenant=1",
  "https://203.0.113.7/cb",
  "com.example.app:/signed-in",
  "http://127.0.0.1/cb",
  "http://[::1]:7000/cb",
  "http://localhost/cb?x=1",
];
const { settings } = load({ REDIRECT_URIS: registered.join(",") });

test("the redirect URIs of the settings are allowed", () => {
  expect(registered.filter((uri) => !isAllowedRedirect(settings, uri))).toEqual([]);
});

test("without the setting none is allowed", () => {
  for (const uri of ["", ...registered])
    expect(isAllowedRedirect(load({}).settings, uri)).toBe(false);
});

// RFC 8252 §7.3
test.each([
  "http://127.0.0.1:1/cb",
  "http://127.0.0.1:65535/cb",
  "http://[::1]/cb",
  "http://[::1]:51000/cb",
  "http://localhost:3000/cb?x=1",
])("%s is allowed, because its port is of no importance on this machine", (uri) => {
  expect(isAllowedRedirect(settings, uri)).toBe(true);
});

// security 60
describe("anything else is refused:", () => {
  const good = "https://app.example.com/signed-in";
  test.each([
    ["nothing", ""],
    ["another host", "https://evil.example/signed-in"],
    ["no scheme", "//app.example.com/signed-in"],
    ["another host without a scheme", "//evil.example"],
    ["a path", "/signed-in"],
    ["no slashes", "https:app.example.com/signed-in"],
    ["another host without slashes", "https:evil.example"],
    ["one slash", "https:/app.example.com/signed-in"],
    ["three slashes", "https:///app.example.com/signed-in"],
    ["backslashes", String.raw`\\evil.example`],
    ["backslashes after the scheme", String.raw`https:\\app.example.com\signed-in`],
    [
      "a backslash before the host's end",
      String.raw`https://evil.example\@app.example.com/signed-in`,
    ],
    ["a user", "https://good@app.example.com/signed-in"],
    ["another host after a user", "https://app.example.com@evil.example/signed-in"],
    [
      "another host after a user and a password",
      "https://app.example.com:x@evil.example/signed-in",
    ],
    ["the host as the beginning of another", "https://app.example.com.evil.example/signed-in"],
    ["the host as the end of another", "https://evilapp.example.com/signed-in"],
    ["a subdomain", "https://www.app.example.com/signed-in"],
    ["a host with a dot at its end", "https://app.example.com./signed-in"],
    ["an encoded dot", "https://app%2eexample.com/signed-in"],
    ["another scheme", "http://app.example.com/signed-in"],
    ["another port", "https://app.example.com:8443/signed-in"],
    ["the default port", "https://app.example.com:443/signed-in"],
    ["capital letters", "HTTPS://APP.EXAMPLE.COM/signed-in"],
    ["a longer path", `${good}/x`],
    ["a slash more", `${good}/`],
    ["a shorter path", "https://app.example.com/"],
    ["dots in the path", "https://app.example.com/x/../signed-in"],
    ["encoded dots in the path", "https://app.example.com/%2e%2e/signed-in"],
    ["an encoded slash", "https://app.example.com%2fsigned-in"],
    ["an encoded letter", "https://app.example.com/%73igned-in"],
    ["a query", `${good}?next=https://evil.example`],
    ["an empty query", `${good}?`],
    ["a longer query", "https://app.example.com/cb?tenant=1&x=2"],
    ["another query", "https://app.example.com/cb?tenant=2"],
    ["a fragment", `${good}#x`],
    ["an empty fragment", `${good}#`],
    ["an encoded line break", `${good}%0d%0aLocation:%20https://evil.example`],
    ["a line break", `${good}\r\nLocation: https://evil.example`],
    ["a line break at the end", `${good}\n`],
    ["a tab in the scheme", "ht\ttps://app.example.com/signed-in"],
    ["a null character", `${good}\0`],
    ["a space before", ` ${good}`],
    ["a space after", `${good} `],
    ["two at once", `${good},${good}`],
    ["a script", "javascript:alert(1)"],
    ["a script behind a host", "javascript://app.example.com/%0aalert(1)"],
    ["data", "data:text/html,<script>1</script>"],
    ["another address", "https://203.0.113.8/cb"],
    ["an address as a number", "https://3405803783/cb"],
    ["an address in hex", "https://0xcb007107/cb"],
    ["an app's scheme in capital letters", "COM.EXAMPLE.APP:/signed-in"],
    ["an app's scheme with a host", "com.example.app://signed-in"],
    ["another app's scheme", "com.example.app2:/signed-in"],
    ["another path on this machine", "http://127.0.0.1:7000/other"],
    ["another query on this machine", "http://localhost:3000/cb?x=2"],
    ["https on this machine", "https://127.0.0.1:7000/cb"],
    ["another name of this machine", "http://localhost/cb"],
    ["another address of this machine", "http://127.0.0.2/cb"],
    ["an address of this machine as a number", "http://2130706433/cb"],
    ["a short address of this machine", "http://127.1/cb"],
    ["a long form of an address of this machine", "http://[0:0:0:0:0:0:0:1]/cb"],
    ["a user on this machine", "http://127.0.0.1:80@evil.example/cb"],
    ["a host after this machine's", "http://127.0.0.1.evil.example/cb"],
    ["a host after this machine's port", "http://127.0.0.1:80.evil.example/cb"],
    ["port 0", "http://127.0.0.1:0/cb"],
    ["a port with a zero before it", "http://127.0.0.1:080/cb"],
    ["a port that is too large", "http://127.0.0.1:65536/cb"],
    ["an empty port", "http://127.0.0.1:/cb"],
    ["a port that is no number", "http://127.0.0.1:8o/cb"],
    ["a line break on this machine", "http://127.0.0.1:7000/cb\n"],
    ["a fragment on this machine", "http://127.0.0.1:7000/cb#x"],
  ])("%s", (_, uri) => {
    expect(isAllowedRedirect(settings, uri)).toBe(false);
  });
});
