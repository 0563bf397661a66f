import { describe, expect, setSystemTime, test } from "bun:test";

import {
  faultsOf,
  openPath,
  pressOn,
  reportOf,
  signInAgain,
  signUpToAccount,
} from "../support/account-page.ts";
import { createFakeProvider } from "../support/fake-provider.ts";
import type { HttpBrowser, Page } from "../support/http-browser.ts";
import { headingOf } from "../support/page-forms.ts";
import { newPasskey } from "../support/passkeys.ts";
import { ProviderError } from "../../src/features/social-login/provider.ts";
import { useTestApp } from "../support/test-app.ts";

const acme = createFakeProvider("acme");
const github = createFakeProvider("github");
const app = useTestApp({ providers: [acme, github] });
const account = "/account";
const origin = "http://localhost:8000";
const provider = "https://provider.example";

/** What the script of the page does: requests the options, and posts the form with the credential. */
async function addPasskey(
  browser: HttpBrowser,
  page: Page,
  entered: Readonly<Record<string, string>> = {},
): Promise<Page> {
  const options = await browser.open(`${origin}/account/passkeys/options`, {
    method: "POST",
    from: page,
  });
  const credential =
    options.status === 200 ? JSON.stringify(newPasskey().create(options.json.data)) : "";
  return pressOn(browser, page, "Add passkey", { entered: { credential, ...entered } });
}

describe("passkeys", () => {
  // security 90
  test("are added, renamed and removed", async () => {
    const { browser } = await signUpToAccount(app);
    const page = await openPath(browser, account);
    expect(page.headers.get("content-security-policy")).toContain("script-src 'self'");
    const added = await addPasskey(browser, page, { name: "Laptop" });
    expect([added.status, reportOf(added)]).toEqual([
      200,
      "The passkey has been added. All other sessions have been ended.",
    ]);
    expect(added.text).toContain("<strong>Laptop</strong>");
    const unnamed = await addPasskey(browser, added);
    expect(unnamed.text).toContain("<strong>Passkey</strong>");

    const wrong = await pressOn(browser, unnamed, "Save name", { entered: { name: "" } });
    expect([wrong.status, faultsOf(wrong)]).toEqual([
      400,
      ["Enter a name of at most 64 characters."],
    ]);
    const renamed = await pressOn(browser, wrong, "Save name", { entered: { name: "Key <1>" } });
    expect(reportOf(renamed)).toBe("The passkey has been renamed.");
    expect(renamed.text).toContain("<strong>Key &lt;1&gt;</strong>");
    const removed = await pressOn(browser, renamed, "Remove");
    expect(reportOf(removed)).toBe(
      "The passkey has been removed. All other sessions have been ended.",
    );
  });

  test("that are faulty or come from no request are refused on a page", async () => {
    const { browser, userId } = await signUpToAccount(app);
    const page = await openPath(browser, account);
    for (const credential of [
      "",
      "x",
      "{}",
      JSON.stringify(newPasskey().create({ challenge: "x" })),
    ]) {
      const refused = await pressOn(browser, page, "Add passkey", { entered: { credential } });
      expect([refused.status, reportOf(refused)]).toEqual([
        400,
        "The passkey was not added. Please try again.",
      ]);
    }
    const named = await addPasskey(browser, page, { name: "x".repeat(65) });
    expect([named.status, faultsOf(named)]).toEqual([
      400,
      ["Enter a name of at most 64 characters."],
    ]);
    expect(await app.rows(`select id from passkeys where user_id = '${userId}'`)).toEqual([]);
  });

  // security 48
  test("give the browser another token when they are added or removed, and end the other sessions", async () => {
    const user = await signUpToAccount(app);
    const other = await signInAgain(app, user, 2);
    const tokens = async () => {
      const rows = await app.rows(
        `select browser_token_hash from sessions where user_id = '${user.userId}' and ended_at is null`,
      );
      return rows.map((row) => row["browser_token_hash"]);
    };
    const before = await tokens();
    const added = await addPasskey(user.browser, await openPath(user.browser, account));
    const between = await tokens();
    const removed = await pressOn(user.browser, added, "Remove");
    const after = await tokens();
    expect([removed.status, new Set([...before, ...between, ...after]).size]).toEqual([200, 4]);
    expect([before.length, between.length, after.length]).toEqual([2, 1, 1]);
    const ended = await other.open(`${origin}${account}`, { stopAt: `${origin}/sign-in` });
    expect(ended.status).toBe(303);
  });

  test("need a sign-in or a proof of the last ten minutes", async () => {
    const { browser, password } = await signUpToAccount(app);
    setSystemTime(Date.now() + 11 * 60_000);
    try {
      const page = await openPath(browser, account);
      const asked = await addPasskey(browser, page);
      expect([headingOf(asked), asked.url.search]).toEqual([
        "Confirm that it is you",
        "?for=passkeys",
      ]);
      const wrong = await pressOn(browser, asked, "Confirm", {
        entered: { password: "Wrong-Password-1!" },
      });
      expect([wrong.status, faultsOf(wrong)]).toEqual([401, ["The password is wrong."]]);
      const proven = await pressOn(browser, wrong, "Confirm", { entered: { password } });
      expect([proven.url.hash, reportOf(proven)]).toEqual([
        "#passkeys",
        "Thank you. You can now continue.",
      ]);
      expect(reportOf(await addPasskey(browser, proven))).toBe(
        "The passkey has been added. All other sessions have been ended.",
      );
    } finally {
      setSystemTime();
    }
  });

  test("prove again who the user is", async () => {
    const { browser, userId } = await signUpToAccount(app);
    const passkey = newPasskey();
    const page = await openPath(browser, account);
    const creation = await browser.open(`${origin}/account/passkeys/options`, {
      method: "POST",
      from: page,
    });
    const credential = JSON.stringify(passkey.create(creation.json.data));
    await pressOn(browser, page, "Add passkey", { entered: { credential } });
    await app.rows(`update users set password_hash = null where id = '${userId}'`);
    const asked = await openPath(browser, "/account/reauthenticate?for=email");
    expect(asked.text).toContain('data-passkey-options="../api/v1/auth/passkeys/login/options"');
    const { json } = await app.call("POST", "/api/v1/auth/passkeys/login/options");
    const { challenge_id } = json.data;
    const assertion = JSON.stringify({ ...passkey.get(json.data), challenge_id });
    const confirm = (value: string) =>
      pressOn(browser, asked, "Confirm with a passkey", { entered: { credential: value } });
    const proven = await confirm(assertion);
    expect([proven.url.hash, reportOf(proven)]).toEqual([
      "#email",
      "Thank you. You can now continue.",
    ]);
    const again = await confirm(assertion);
    expect([again.status, reportOf(again)]).toEqual([
      401,
      "The passkey was not accepted. Please try again.",
    ]);
  });
});

/** Links an identity through the pages, as far as the response of the callback. */
async function link(browser: HttpBrowser, name: string, subject: string): Promise<Page> {
  const page = await openPath(browser, `/account/providers/link?provider=${name}`);
  const going = await pressOn(browser, page, name === "acme" ? "Link Acme" : "Link GitHub");
  const location = (going.headers.get("refresh") ?? "").replace("0; url=", "");
  if (!location.startsWith(provider)) throw new Error(`${going.status} ${going.text}`);
  const approved = (name === "acme" ? acme : github).approve(location, { subject });
  const callback = `/api/v1/auth/oauth/${name}/callback?${new URLSearchParams(approved)}`;
  return openPath(browser, callback);
}

describe("linked accounts", () => {
  // security 79
  test("are linked after a page that names the provider and the account, and unlinked", async () => {
    const { browser, email } = await signUpToAccount(app);
    const page = await openPath(browser, account);
    expect(page.text).toContain('href="account/providers/link?provider=github"');
    const asked = await openPath(browser, "/account/providers/link?provider=github");
    expect([asked.status, headingOf(asked)]).toEqual([200, "Link GitHub"]);
    expect(asked.text).toContain(`Your account at GitHub will be linked to your account ${email}.`);
    const before = github.requests.length;
    const linked = await link(browser, "github", "octocat-1");
    expect([linked.url.pathname, linked.url.search, reportOf(linked)]).toEqual([
      account,
      "?linked=github",
      "The account has been linked.",
    ]);
    expect(github.requests.length).toBe(before + 1);
    expect(linked.text).toContain("<strong>GitHub</strong>");
    expect(linked.text).not.toContain("provider=github");
    const unlinked = await pressOn(browser, linked, "Unlink");
    expect(reportOf(unlinked)).toBe("The account has been unlinked.");
  });

  test("of another user are refused, and so is what the user cancels at the provider", async () => {
    const [first, second] = [await signUpToAccount(app), await signUpToAccount(app)];
    await link(first.browser, "acme", "shared");
    const refused = await link(second.browser, "acme", "shared");
    expect([refused.url.search, reportOf(refused)]).toEqual([
      "?error=conflict",
      "This account at the provider belongs to another user here. Nothing was linked.",
    ]);
    const page = await openPath(second.browser, "/account/providers/link?provider=acme");
    const going = await pressOn(second.browser, page, "Link Acme");
    const location = new URL((going.headers.get("refresh") ?? "").replace("0; url=", ""));
    const state = location.searchParams.get("state") ?? "";
    const query = new URLSearchParams({ state, error: "access_denied" });
    const cancelled = await openPath(second.browser, `/api/v1/auth/oauth/acme/callback?${query}`);
    expect(reportOf(cancelled)).toBe("You cancelled at the provider. Nothing was linked.");
  });

  test("wait for a provider that is not available, and an unknown provider is not found", async () => {
    const { browser } = await signUpToAccount(app);
    const page = await openPath(browser, "/account/providers/link?provider=acme");
    acme.failNext("authorize", new ProviderError("unavailable", "test"));
    const down = await pressOn(browser, page, "Link Acme");
    expect([down.status, down.headers.get("retry-after"), reportOf(down)]).toEqual([
      503,
      "30",
      "The provider is not available right now. Please try again later.",
    ]);
    expect((await pressOn(browser, down, "Link Acme")).status).toBe(200);
    const unknown = await openPath(browser, "/account/providers/link?provider=unknown");
    expect([unknown.status, headingOf(unknown)]).toEqual([404, "This entry does not exist"]);
  });

  // security 80
  test("and passkeys cannot be removed where they are the last way to sign in", async () => {
    const user = await signUpToAccount(app);
    await link(user.browser, "acme", "only-way");
    await app.rows(`update users set password_hash = null where id = '${user.userId}'`);
    const page = await openPath(user.browser, account);
    const kept = await pressOn(user.browser, page, "Unlink");
    expect([kept.status, reportOf(kept)]).toEqual([
      409,
      expect.stringContaining("This is your only way to sign in"),
    ]);
    const added = await addPasskey(user.browser, page);
    await pressOn(user.browser, added, "Unlink");
    const last = await pressOn(user.browser, added, "Remove");
    expect([last.status, reportOf(last)]).toEqual([
      409,
      expect.stringContaining("This is your only way to sign in"),
    ]);
  });
});
