import { afterAll, beforeAll, describe, expect, setSystemTime, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import type { HttpBrowser, Page } from "../support/http-browser.ts";
import { freshEmail } from "../support/journey.ts";
import { race } from "../support/race.ts";
import { type ScriptedProviders, startScriptedProviders } from "../support/scripted-provider.ts";
import {
  appRedirect,
  callbackOf,
  codeOfRedirect,
  createSocialBrowser,
  exchange,
  redirectOf,
  startOf,
} from "../support/social-sign-in.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

describe("the state of a sign-in", () => {
  let providers: ScriptedProviders;
  let app: TestApp;

  beforeAll(async () => {
    providers = await startScriptedProviders({ one: {}, other: {} });
    app = await startTestApp({ settings: { REDIRECT_URIS: appRedirect, ...providers.settings } });
  }, 60_000);

  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await providers[Symbol.asyncDispose]();
  });

  const newBrowser = (): HttpBrowser => createSocialBrowser(() => app);

  /** Goes to the provider and stops at the redirect to our callback. */
  async function callbackFor(browser: HttpBrowser, name = "one"): Promise<URL> {
    providers.profile = {
      sub: `sub-${Bun.randomUUIDv7()}`,
      email: freshEmail(),
      email_verified: true,
    };
    const start = startOf(name, { redirect_uri: appRedirect });
    const page = await browser.open(start, { stopAt: callbackOf(name) });
    return new URL(page.headers.get("location") ?? "");
  }

  const comeBack = (browser: HttpBrowser, url: URL | string): Promise<Page> =>
    browser.open(url, { stopAt: appRedirect });

  async function expectRefusal(page: Page, reason: string): Promise<void> {
    expect([page.status, page.json?.error?.code]).toEqual([400, "VALIDATION_ERROR"]);
    expect(page.headers.get("location")).toBeNull();
    const [row] = await auditOf(app, page);
    expect(row).toMatchObject({ action: "user.login", result: "failure", detail: { reason } });
  }

  // Attack: the victim's browser is sent the callback of the attacker's sign-in, or its address leaks. // security 73
  test("a callback in another browser is refused, and still works in its own", async () => {
    const browser = newBrowser();
    const url = await callbackFor(browser);
    await expectRefusal(await comeBack(newBrowser(), url), "cookie_missing");
    const stranger = newBrowser();
    await callbackFor(stranger);
    await expectRefusal(await comeBack(stranger, url), "other_browser");
    expect(redirectOf(await comeBack(browser, url)).searchParams.has("code")).toBe(true);
  });

  // security 73
  test("a callback works once, also when twenty arrive at the same time", async () => {
    const browser = newBrowser();
    const url = await callbackFor(browser);
    const pages = await race(20, () => comeBack(browser, url));
    const codes = pages.filter(({ status }) => status === 302).map(codeOfRedirect);
    expect(codes).toHaveLength(1);
    expect(pages.filter(({ status }) => status === 400)).toHaveLength(19);
    const [recorded] = await app.rows(
      `select count(*)::int as count from audit_log
       where action = 'user.login' and detail ->> 'reason' = 'used_before'`,
    );
    expect(recorded?.["count"]).toBeGreaterThan(0);
    expect((await exchange(app, codes[0] ?? "")).status).toBe(200);
  });

  // security 73
  test("the state of one provider is refused at the callback of another", async () => {
    const browser = newBrowser();
    const url = await callbackFor(browser);
    const swapped = url.href.replace("/oauth/one/", "/oauth/other/");
    await expectRefusal(await comeBack(browser, swapped), "other_provider");
    expect(providers.requestsTo("other")).not.toContain("POST token");
  });

  // security 73
  test("a state is refused when it is altered, missing, repeated or ten minutes old", async () => {
    const browser = newBrowser();
    const url = await callbackFor(browser);
    const state = url.searchParams.get("state") ?? "";
    expect(state.length).toBeGreaterThan(100);
    const altered = new URL(url);
    altered.searchParams.set("state", `${state.slice(0, -2)}AA`);
    const missing = new URL(url);
    missing.searchParams.delete("state");
    await expectRefusal(await comeBack(browser, altered), "ticket_invalid");
    await expectRefusal(await comeBack(browser, missing), "state_missing");
    await expectRefusal(await comeBack(browser, `${url.href}&state=${state}`), "parameter_invalid");
    setSystemTime(Date.now() + 601_000);
    try {
      await expectRefusal(await comeBack(browser, url), "ticket_invalid");
    } finally {
      setSystemTime();
    }
  });

  // security 73
  test("two tabs of one browser sign in beside each other", async () => {
    const browser = newBrowser();
    const [first, second] = [await callbackFor(browser), await callbackFor(browser)];
    for (const url of [second, first]) {
      const answer = await exchange(app, codeOfRedirect(await comeBack(browser, url)));
      expect(answer.status).toBe(200);
    }
  });

  // security 73, 74
  test("requests differ in state, nonce and challenge, and the verifier is nowhere in them", async () => {
    const seen: URLSearchParams[] = [];
    const browser = newBrowser();
    for (const _ of [1, 2]) {
      const page = await browser.open(startOf("one"), { stopAt: providers.issuerOf("one") });
      expect([page.status, page.headers.get("cache-control")]).toEqual([302, "no-store"]);
      seen.push(new URL(page.headers.get("location") ?? "").searchParams);
    }
    const [first, second] = seen;
    for (const name of ["state", "nonce", "code_challenge"]) {
      expect([name, first?.get(name) === second?.get(name)]).toEqual([name, false]);
    }
    expect(first?.get("code_challenge_method")).toBe("S256");
    expect(first?.get("code_challenge")).toHaveLength(43);
    expect(first?.has("code_verifier")).toBe(false);
  });
});
