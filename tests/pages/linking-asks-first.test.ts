import { expect, test } from "bun:test";

import { openPath, pressOn, reportOf, signUpToAccount } from "../support/account-page.ts";
import { createFakeProvider } from "../support/fake-provider.ts";
import { signUp } from "../support/journey.ts";
import { headingOf } from "../support/page-forms.ts";
import { ProviderError } from "../../src/features/social-login/provider.ts";
import { askToLink, createSocialBrowser, identitiesOf } from "../support/social-sign-in.ts";
import { useTestApp } from "../support/test-app.ts";

const acme = createFakeProvider("acme");
const app = useTestApp({ providers: [acme] });
const provider = "https://provider.example";

/** The address that a user of the API is given, as they can send it by chat. */
async function linkOf(bearer: string): Promise<string> {
  const asked = await askToLink(app, bearer, "acme");
  return asked.json.data.authorize_url;
}

// Attack: an attacker sends the address of their own request by chat. The browser that opens it is signed in at the provider, which
// returns at once: the victim's identity would open the attacker's account.
// security 79
test("a link that was sent by chat reaches the provider only after the page named the account and its button was pressed", async () => {
  const attacker = await signUp(app);
  const browser = createSocialBrowser(() => app);
  const before = acme.requests.length;
  const page = await browser.open(await linkOf(attacker.accessToken));
  expect([page.status, page.url.pathname, headingOf(page)]).toEqual([
    200,
    "/account/providers/confirm",
    "Link your account at Acme?",
  ]);
  expect(page.text).toContain(`will be linked to the account ${attacker.email}.`);
  expect(page.text).toContain("If another person sent you the link, close this page.");
  expect(page.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  expect([acme.requests.length, await identitiesOf(app, attacker.accessToken)]).toEqual([
    before,
    [],
  ]);

  // The user of a native application opens the same address, and agrees.
  const going = await pressOn(browser, page, "Link Acme");
  const location = (going.headers.get("refresh") ?? "").replace("0; url=", "");
  expect([going.status, location.startsWith(provider)]).toEqual([200, true]);
  const callback = new URLSearchParams(acme.approve(location, { subject: "agreed" }));
  const linked = await openPath(browser, `/api/v1/auth/oauth/acme/callback?${callback}`);
  expect(linked.status).toBe(200);
  expect(await identitiesOf(app, attacker.accessToken)).toHaveLength(1);
});

test("a user who is signed in with another account cannot agree to it", async () => {
  const attacker = await signUp(app);
  const victim = await signUpToAccount(app);
  const link = await linkOf(attacker.accessToken);
  const asked = await createSocialBrowser(() => app).open(link);
  const page = await victim.browser.open(link);
  expect([page.status, page.text.includes("<form")]).toEqual([403, false]);
  expect(reportOf(page)).toStartWith(`This link is for the account ${attacker.email}`);
  const pressed = await pressOn(victim.browser, asked, "Link Acme");
  expect([pressed.status, pressed.headers.get("refresh")]).toEqual([403, null]);
});

// Attack: a website has the button pressed by a form that posts itself.
test("another website cannot press the button", async () => {
  const attacker = await signUp(app);
  const asked = await createSocialBrowser(() => app).open(await linkOf(attacker.accessToken));
  const ticket = asked.url.searchParams.get("ticket") ?? "";
  for (const headers of [{ "sec-fetch-site": "cross-site" }, { origin: "https://evil.example" }]) {
    const answer = await app.call("POST", "/account/providers/confirm", {
      form: { ticket },
      headers,
    });
    expect([answer.status, answer.headers.get("refresh")]).toEqual([403, null]);
  }
});

test("a link that is not valid, or a provider that is not available, has its sentence", async () => {
  const user = await signUp(app);
  const browser = createSocialBrowser(() => app);
  const asked = await browser.open(await linkOf(user.accessToken));
  acme.failNext("authorize", new ProviderError("unavailable", "test"));
  const down = await pressOn(browser, asked, "Link Acme");
  expect([down.status, reportOf(down)]).toEqual([
    503,
    "The provider is not available right now. Please try again later.",
  ]);
  expect((await pressOn(browser, down, "Link Acme")).status).toBe(200);
  await app.call("POST", "/api/v1/auth/password/change", {
    json: { current_password: user.password, new_password: "Another-Passphrase-9!" },
    bearer: user.accessToken,
  });
  for (const query of ["", "?ticket=", "?ticket=x", asked.url.search]) {
    const page = await openPath(browser, `/account/providers/confirm${query}`);
    expect([query, page.status, headingOf(page)]).toEqual([query, 400, "This link does not work"]);
  }
  const late = await pressOn(browser, asked, "Link Acme");
  expect([late.status, late.headers.get("refresh")]).toEqual([400, null]);
});
