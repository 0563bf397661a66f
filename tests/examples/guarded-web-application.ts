import { beforeAll, expect, test } from "bun:test";

import type { Browser, Page } from "playwright-core";

import { describeInBrowser, openBrowser } from "../support/browser.ts";
import { type EchoApplication, startEchoApplication } from "../support/echo-application.ts";
import { callServer } from "../support/http-call.ts";
import { freshEmail, goodPassword, mailTo } from "../support/journey.ts";
import { type ProxyProcess, type ProxyProgram, startProxy } from "../support/proxy-process.ts";
import { findSparePort } from "../support/spare-port.ts";
import { useTestApp } from "../support/test-app.ts";
import type { Upstreams } from "./guarded-application.ts";

const timeoutMilliseconds = 60_000;
const proxyPort = await findSparePort();
const publicUrl = `http://localhost:${proxyPort}`;

/** What every example must do for people who open the application in a browser, through its real proxy. */
export function guardsTheWebApplication(programFor: (upstreams: Upstreams) => ProxyProgram): void {
  describeInBrowser("in a browser", () => {
    const gatehouse = useTestApp({
      settings: { PUBLIC_URL: publicUrl, TRUSTED_PROXIES: "127.0.0.1/32" },
    });
    let application: EchoApplication;
    let proxy: ProxyProcess;
    let browser: Browser;

    beforeAll(async () => {
      application = startEchoApplication();
      gatehouse.defer(() => application[Symbol.asyncDispose]());
      const upstreams = {
        gatehouse: Number(new URL(gatehouse.url).port),
        application: application.port,
      };
      proxy = await startProxy(programFor(upstreams), proxyPort);
      gatehouse.defer(() => proxy[Symbol.asyncDispose]());
      browser = await openBrowser();
      gatehouse.defer(() => browser.close());
    }, timeoutMilliseconds);

    async function expectSignInPage(page: Page, opened: string): Promise<void> {
      const address = new URL(page.url());
      expect(`${address.origin}${address.pathname}`).toBe(`${publicUrl}/sign-in`);
      expect(address.searchParams.get("return_to")).toBe(opened);
    }

    async function signIn(page: Page, email: string): Promise<void> {
      await page.locator('input[name="email"]').first().fill(email);
      await page.locator('input[name="password"]').fill(goodPassword);
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
    }

    test(
      "a visitor follows a mailed link, signs in, returns to the page that they opened, and is a visitor again after they sign out",
      async () => {
        const context = await browser.newContext({ locale: "en-US" });
        const page = await context.newPage();
        const opened = `${publicUrl}/orders/7?limit=3&tag=a%26b`;

        // Through the proxy: the application's address has Gatehouse's own paths.
        const email = freshEmail();
        const registered = await callServer(proxy.url, "POST", "/api/v1/auth/register", {
          json: { email, password: goodPassword },
        });
        expect(registered.status).toBe(201);
        const { link } = await mailTo(gatehouse, email);
        expect(link).toStartWith(`${publicUrl}/verify-email?token=`);
        await page.goto(link);
        await page.locator('main form button[type="submit"]').first().click();
        await page.getByRole("heading", { name: "Your e-mail address is confirmed" }).waitFor();
        expect(application.received).toEqual([]);

        await page.goto(opened);
        await expectSignInPage(page, opened);
        expect(application.received).toEqual([]);
        await signIn(page, email);
        await page.waitForURL(opened);
        expect(await page.textContent("body")).toBe("the application's answer");
        const received = application.received.find(({ path }) => path.startsWith("/orders/"));
        expect(received).toMatchObject({
          path: "/orders/7?limit=3&tag=a%26b",
          headers: { "x-auth-email": email, "x-auth-roles": "user" },
        });

        await page.goto(`${publicUrl}/account`);
        expect(await page.textContent("main")).toContain(email);

        await page.goto(`${publicUrl}/sign-out`);
        await page.locator('main form button[type="submit"]').first().click();
        await page.waitForLoadState();
        const before = application.received.length;
        await page.goto(opened);
        await expectSignInPage(page, opened);
        expect(application.received.length).toBe(before);
        await context.close();
      },
      timeoutMilliseconds,
    );

    test("a request that opens no page receives 401 with a challenge, and is not redirected", async () => {
      const calls = [
        { method: "GET", headers: { accept: "application/json" } },
        { method: "POST", headers: { accept: "text/html" } },
        { method: "GET", headers: { accept: "text/html", "sec-fetch-mode": "cors" } },
      ];
      for (const { method, headers } of calls) {
        const answer = await callServer(proxy.url, method, "/orders", { headers });
        expect(answer.status).toBe(401);
        expect(answer.headers.get("www-authenticate")).toStartWith("Bearer");
        expect(answer.headers.get("location")).toBeNull();
      }
    });

    // security 60, 112: Attack: a visitor is sent to another site after the sign-in, by headers of the request.
    test("the client's own forwarded headers do not change the address to return to", async () => {
      const answer = await callServer(publicUrl, "GET", "/orders", {
        headers: {
          accept: "text/html",
          "x-forwarded-host": "evil.example",
          "x-forwarded-proto": "https",
          "x-forwarded-uri": "/stolen",
        },
      });
      expect(answer.status).toBe(302);
      const location = new URL(answer.headers.get("location") ?? "");
      expect(location.origin).toBe(publicUrl);
      expect(location.searchParams.get("return_to")).toBe(`${publicUrl}/orders`);
    });

    test("every page and document of Gatehouse is reached through the proxy without a sign-in", async () => {
      const paths = [
        "/sign-in",
        "/sign-up",
        "/sign-out",
        "/set-up",
        "/device",
        "/verify-email",
        "/magic-link",
        "/reset-password",
        "/change-email",
        "/pages/passkeys.js",
        "/docs",
        "/redoc",
        "/openapi.json",
        "/asyncapi.json",
        "/.well-known/jwks.json",
        "/.well-known/oauth-authorization-server",
        "/.well-known/change-password",
        "/api/v1/auth/oauth/providers",
      ];
      for (const path of paths) {
        const direct = await gatehouse.call("GET", path);
        const headers = { host: new URL(publicUrl).host };
        const proxied = await callServer(proxy.url, "GET", path, { headers });
        expect([path, proxied.status]).toEqual([path, direct.status]);
        expect([path, proxied.status === 401]).toEqual([path, false]);
      }
      const token = await callServer(proxy.url, "POST", "/oauth/token", { form: {} });
      expect(token.status).toBe(400);
    });
  });
}
