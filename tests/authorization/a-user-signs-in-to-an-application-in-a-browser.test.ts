import { afterAll, beforeAll, expect, test } from "bun:test";
import * as openid from "openid-client";
import type { Browser } from "playwright-core";

import { describeInBrowser, openBrowser } from "../support/browser.ts";
import { signUpInBrowser } from "../support/browser-session.ts";
import { registerClient } from "../support/clients.ts";
import { findSparePort } from "../support/spare-port.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

describeInBrowser("an application in Chromium", () => {
  let browser: Browser;
  let app: TestApp;
  let publicUrl: string;

  beforeAll(async () => {
    browser = await openBrowser();
    const port = await findSparePort();
    publicUrl = `http://localhost:${port}`;
    app = await startTestApp({ settings: { PORT: String(port), PUBLIC_URL: publicUrl } });
  }, 60_000);

  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await browser.close();
  });

  // Browsers apply `form-action` to every redirect after a form: the consent page must let the response pass.
  test.each([
    ["query", "is signed in"],
    ["form_post", "is signed in"],
    ["query", "signs in with a password"],
  ])(
    "gets the code by %s and the claims of a user who %s and allows it",
    async (responseMode, beforehand) => {
      const received = Promise.withResolvers<Request>();
      using application = Bun.serve({
        port: 0,
        hostname: "127.0.0.1",
        async fetch(request) {
          if (!request.url.includes("/callback")) return new Response(null, { status: 404 });
          const body = request.method === "POST" ? await request.text() : null;
          received.resolve(
            new Request(request.url, { method: request.method, headers: request.headers, body }),
          );
          return new Response("<h1>Welcome</h1>", { headers: { "content-type": "text/html" } });
        },
      });
      const callback = `http://127.0.0.1:${application.port}/callback`;
      const client = await registerClient(app, { name: "Notes", redirectUris: [callback] });
      const config = await openid.discovery(
        new URL(publicUrl),
        client.id,
        client.secret,
        undefined,
        {
          // oxlint-disable-next-line typescript/no-deprecated -- the test's server has no certificate
          execute: [openid.allowInsecureRequests],
        },
      );
      const user = await signUpInBrowser(app);
      const context = await browser.newContext({ locale: "en" });
      if (beforehand === "is signed in") {
        const cookie = { name: "gatehouse_session", value: user.token, url: publicUrl };
        await context.addCookies([cookie]);
      }
      const page = await context.newPage();
      const pkceCodeVerifier = openid.randomPKCECodeVerifier();
      const checks = { pkceCodeVerifier, expectedState: "s", expectedNonce: "n" };
      const address = openid.buildAuthorizationUrl(config, {
        redirect_uri: callback,
        response_mode: responseMode,
        scope: "openid email",
        state: "s",
        nonce: "n",
        code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: "S256",
      });
      await page.goto(address.href);
      if (beforehand !== "is signed in") {
        await page.fill("input[name=email]", user.email);
        await page.fill("input[name=password]", user.password);
        await page.press("input[name=password]", "Enter");
        await page.waitForSelector("text=Sign in to Notes");
      }
      expect(await page.innerText("h1")).toBe("Sign in to Notes");
      expect(await page.innerText("main")).toContain(user.email);
      await page.click("text=Allow >> nth=0");
      await page.waitForSelector("text=Welcome");
      const tokens = await openid.authorizationCodeGrant(config, await received.promise, checks);
      const { sub = "" } = tokens.claims() ?? {};
      const claims = await openid.fetchUserInfo(config, tokens.access_token, sub);
      expect(claims.email).toBe(user.email);
      await context.close();
    },
    30_000,
  );
});
