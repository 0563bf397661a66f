import { expect, test } from "bun:test";

import { browserHeaders, signUpInBrowser } from "../support/browser-session.ts";
import { useTestApp } from "../support/test-app.ts";

const origin = "https://app.example.com";
const app = useTestApp({ settings: { ALLOWED_ORIGINS: origin } });

function corsHeadersOf({ headers }: { readonly headers: Headers }): string[] {
  return [...headers.keys()].filter((name) => name.startsWith("access-control-"));
}

// Attack: a script in an application of the same site, whose requests carry the cookie, reads the user's account. security 117
test("an allowed origin cannot read a page, with the user's cookie or without", async () => {
  const { token, email } = await signUpInBrowser(app);
  const headers = { ...browserHeaders(token), origin, "sec-fetch-site": "same-site" };
  for (const path of ["/account", "/account/data"]) {
    const page = await app.call("GET", path, { headers });
    expect([page.status, corsHeadersOf(page)]).toEqual([200, []]);
    expect(page.text).toContain(email);
  }
  for (const path of ["/account", "/sign-in", "/sign-up", "/magic-link"]) {
    const page = await app.call("GET", path, { headers: { origin } });
    expect([path, corsHeadersOf(page)]).toEqual([path, []]);
  }
  const refused = await app.call("POST", "/sign-in", { headers });
  expect([refused.status, corsHeadersOf(refused)]).toEqual([403, []]);
});
