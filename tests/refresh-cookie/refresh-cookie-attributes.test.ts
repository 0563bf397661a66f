import { expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";

import { describeInBrowser, openBrowser } from "../support/browser.ts";
import { logIn, registerVerified } from "../support/journey.ts";
import { auditOf } from "../support/session-calls.ts";
import { startTestApp } from "../support/test-app.ts";

/** A web site: an empty page at every path. `localhost` is one site whatever the port, 127.0.0.1 another. */
function startSite() {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => new Response("<!doctype html>", { headers: { "content-type": "text/html" } }),
  });
  return {
    origin: `http://localhost:${server.port}`,
    originOfAnotherSite: `http://127.0.0.1:${server.port}`,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

/** Posts from a script of the page, with credentials; gives the response's text, or null where the browser withholds it. */
function postFrom(page: Page, url: string, json: unknown): Promise<string | null> {
  const call = { url, body: json === undefined ? null : JSON.stringify(json) };
  return page.evaluate(async ({ url, body }) => {
    const content = body === null ? {} : { body, headers: { "content-type": "application/json" } };
    const call = { method: "POST", credentials: "include" as const, ...content };
    return fetch(url, call).then(
      (response) => response.text(),
      () => null,
    );
  }, call);
}

/** The same for a script that cannot read the response: the browser sends it without a preflight. */
function postBlindly(page: Page, url: string): Promise<unknown> {
  return page.evaluate(
    async (url) => fetch(url, { method: "POST", credentials: "include", mode: "no-cors" }),
    url,
  );
}

/** The status of what a page's action gets from a URL, also where no script may see it. */
async function statusOf(page: Page, url: string, act: () => Promise<unknown>): Promise<number> {
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.url() === url),
    act(),
  ]);
  return answer.status();
}

/** A browser in which a page of the listed origin has signed a user in. */
async function signInOnPage(browser: Browser, origin: string, api: string, user: object) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(origin);
  const signedIn = await postFrom(page, `${api}/api/v1/auth/login`, user);
  return { context, page, signedIn: JSON.parse(signedIn ?? "null") };
}

describeInBrowser("in a browser", () => {
  // security 116; part of security 115
  test("pages of a listed origin sign in, refresh and sign out by a cookie that no script can read; no other page can use or replace it", async () => {
    await using site = startSite();
    await using evil = startSite();
    await using app = await startTestApp({
      settings: { REFRESH_TOKEN_COOKIE: "true", ALLOWED_ORIGINS: site.origin },
    });
    await using browser = await openBrowser();
    const api = app.url.replace("127.0.0.1", "localhost");
    const refreshUrl = `${api}/api/v1/auth/refresh`;
    const { email, password } = await registerVerified(app);
    const { context, page, signedIn } = await signInOnPage(browser, site.origin, api, {
      email,
      password,
    });
    const kept = async () =>
      (await context.cookies(refreshUrl)).filter(({ name }) => name.endsWith("refresh_token"));
    expect(signedIn.data.refresh_token).toBeUndefined();
    const [first] = await kept();
    expect(first).toMatchObject({ httpOnly: true, sameSite: "Strict", path: "/api/v1/auth" });
    expect(await page.evaluate(() => document.cookie)).toBe("");
    const names = (await context.cookies(`${api}/api/v1/users/me`)).map(({ name }) => name);
    expect(names).toEqual(["gatehouse_device"]);

    // The cookie goes along by itself.
    const refreshed = JSON.parse((await postFrom(page, refreshUrl, undefined)) ?? "null");
    expect(refreshed.data.user.email).toBe(email);
    const [second] = await kept();
    expect(second?.value).not.toBe(first?.value);

    // Its own pages cannot read it either.
    const own = await context.newPage();
    expect((await own.goto(`${api}/api/v1/auth/forward`))?.status()).toBe(200);
    expect(await own.evaluate(() => document.cookie)).toBe("");

    const attacker = await registerVerified(app);
    const attempts = [
      { from: evil.origin, url: refreshUrl, status: 403 },
      { from: evil.origin, url: `${api}/api/v1/auth/logout`, status: 403 },
      // From another site the browser does not even send it.
      { from: evil.originOfAnotherSite, url: refreshUrl, status: 401 },
    ];
    for (const { from, url, status } of attempts) {
      const foreign = await context.newPage();
      await foreign.goto(from);
      const answered = await statusOf(foreign, url, () => postBlindly(foreign, url));
      expect([from, url, answered]).toEqual([from, url, status]);
      expect(await postFrom(foreign, url, undefined)).toBeNull();
      // With a JSON body the browser asks first, and is not granted it.
      expect(await postFrom(foreign, `${api}/api/v1/auth/login`, attacker)).toBeNull();

      const form = {
        url: `${api}/oauth/token`,
        email: attacker.email,
        password: attacker.password,
      };
      const submit = () =>
        foreign.evaluate(({ url, email, password }) => {
          const fields = { grant_type: "password", username: email, password };
          const form = Object.assign(document.createElement("form"), {
            method: "post",
            action: url,
          });
          for (const [name, value] of Object.entries(fields)) {
            form.append(Object.assign(document.createElement("input"), { name, value }));
          }
          document.body.append(form);
          form.submit();
        }, form);
      expect(await statusOf(foreign, form.url, submit)).toBe(403);
    }
    expect((await kept()).map(({ value }) => value)).toEqual([second?.value ?? ""]);
    expect(await auditOf(app, first?.value ?? "")).toEqual(["user.login", "session.refreshed"]);

    // Nothing that they tried is in the way of the page that may.
    expect(await postFrom(page, refreshUrl, {})).toContain(email);
    expect(await postFrom(page, `${api}/api/v1/auth/logout`, undefined)).toContain(
      '"success":true',
    );
    expect(await kept()).toEqual([]);
    expect((await logIn(app, { email, password })).status).toBe(200);
  }, 60_000);
});
