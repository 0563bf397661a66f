import { expect, test } from "bun:test";

import { signInOnPage, statusInBrowser } from "../support/browser-session.ts";
import { registerVerified } from "../support/journey.ts";
import { parseSetCookie } from "../support/refresh-cookie.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp({
  settings: {
    PUBLIC_URL: "https://auth.apps.example.com",
    SESSION_COOKIE_DOMAIN: "apps.example.com",
  },
});

/** The browser's cookies by their domains, "" for the host's own, after a sign-in in a browser that has these. */
async function signIn(cookies: ReadonlyMap<string, string>): Promise<Map<string, string>> {
  const cookie = [...cookies.values()].map((value) => `gatehouse_session=${value}`).join("; ");
  const answer = await signInOnPage(app, await registerVerified(app), { cookie });
  const after = new Map(cookies);
  for (const header of answer.headers.getSetCookie()) {
    const { name, value, attributes, maxAgeSeconds } = parseSetCookie(header);
    if (name !== "gatehouse_session") continue;
    const domain = attributes.find((each) => each.startsWith("Domain="))?.slice(7) ?? "";
    if (maxAgeSeconds === 0) after.delete(domain);
    else after.set(domain, value);
  }
  return after;
}

// A request with two cookies of the name has none: the cookie of the setting before would keep its user out until it expires.
test.each([["example.com"], [""], ["auth.apps.example.com"], ["apps.example.com"]])(
  "a browser with a cookie of the domain %p has one cookie after a sign-in, the new one",
  async (domain) => {
    const after = await signIn(new Map([[domain, "e".repeat(43)]]));
    expect([...after.keys()]).toEqual(["apps.example.com"]);
    const token = after.get("apps.example.com") ?? "";
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(await statusInBrowser(app, token)).toBe(200);
  },
);

test("a browser with several cookies has one after a sign-in", async () => {
  const after = await signIn(
    new Map([
      ["example.com", "e".repeat(43)],
      ["apps.example.com", "f".repeat(43)],
      ["", "g".repeat(43)],
    ]),
  );
  expect([...after.keys()]).toEqual(["apps.example.com"]);
});
