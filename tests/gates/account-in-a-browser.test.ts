import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";

import { axeViolations } from "../support/accessibility.ts";
import { addAuthenticator, describeInBrowser, openBrowser } from "../support/browser.ts";
import { type BrowserUser, signUpInBrowser } from "../support/browser-session.ts";
import { databaseKinds } from "../support/databases.ts";
import { createFakeProvider } from "../support/fake-provider.ts";
import { freshEmail, logIn } from "../support/journey.ts";
import { openSessionsOf } from "../support/magic-link.ts";
import { mailOfKind } from "../support/mail-of-kind.ts";
import { newPassword } from "../support/password-reset.ts";
import { authenticatorApp } from "../support/second-factor.ts";
import { findSparePort } from "../support/spare-port.ts";
import { useTestApp } from "../support/test-app.ts";

setDefaultTimeout(60_000);

for (const database of databaseKinds) {
  const port = await findSparePort();
  const origin = `http://localhost:${port}`;
  const acme = createFakeProvider("acme");

  describeInBrowser(`the account page in Chromium, on ${database}`, () => {
    const app = useTestApp({
      database,
      providers: [acme],
      settings: { PORT: String(port), PUBLIC_URL: origin },
    });
    let browser: Browser;

    beforeAll(async () => {
      browser = await openBrowser();
    });

    afterAll(async () => {
      await browser.close();
    });

    /** The account page of a new user, in a browser of their own. */
    async function openAccount(
      options: BrowserContextOptions,
    ): Promise<BrowserUser & { page: Page; context: BrowserContext }> {
      const user = await signUpInBrowser(app, { host: new URL(origin).host });
      const context = await browser.newContext(options);
      await context.addCookies([{ name: "gatehouse_session", value: user.token, url: origin }]);
      const page = await context.newPage();
      await page.goto(`${origin}/account`);
      return { ...user, page, context };
    }

    const report = (page: Page, text: string) => page.getByText(text).waitFor();
    const heading = (page: Page, name: string) => page.getByRole("heading", { name }).waitFor();

    describe("without scripts", () => {
      const withoutScripts = { javaScriptEnabled: false };

      test("saves the profile, and changes the address and the password", async () => {
        const { page, context, email, password } = await openAccount(withoutScripts);
        await page.getByLabel("Name", { exact: true }).fill("Ada Lovelace");
        await page.getByLabel("Username").fill("a b");
        await page.getByLabel("Language of e-mails").selectOption("de");
        await page.getByRole("button", { name: "Save profile" }).click();
        await report(page, "This username cannot be used.");
        expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("Ada Lovelace");
        await page.locator("#username:focus").waitFor();
        await page.getByLabel("Username").fill(`ada-${database}`);
        await page.keyboard.press("Enter");
        await report(page, "Your profile has been saved.");
        await page.reload();
        expect(await page.getByLabel("Language of e-mails").inputValue()).toBe("de");

        const newEmail = freshEmail();
        await page.locator("summary", { hasText: "Change e-mail address" }).click();
        await page.getByLabel("New e-mail address").fill(newEmail);
        await page.locator("#email-password").fill(password);
        await page.getByRole("button", { name: "Send link" }).click();
        await report(page, "We have sent a link to the new address");
        expect((await mailOfKind(app, "change-email", newEmail)).link).toStartWith(origin);

        await page.locator("#current-password").fill(password);
        await page.locator("#new-password").fill(newPassword);
        await page.locator("#new-password-confirmation").fill(newPassword);
        await page.getByRole("button", { name: "Change password" }).click();
        await report(page, "Your password has been changed.");
        expect((await logIn(app, { email, password: newPassword })).status).toBe(200);
        await context.close();
      });

      test("turns the second factor on with a code, shows recovery codes once, and turns it off", async () => {
        const { page, context, password } = await openAccount(withoutScripts);
        await page.locator("summary", { hasText: "Set up two-factor authentication" }).click();
        await page.locator("#set-up-password").fill(password);
        await page.getByRole("button", { name: "Set up", exact: true }).click();
        await page.getByRole("img", { name: "QR code for the authenticator app" }).waitFor();
        const box = await page.getByRole("img").boundingBox();
        expect(box?.width).toBeGreaterThan(100);
        const secret = (await page.locator(".secret").innerText()).replaceAll(" ", "");
        const authenticator = authenticatorApp(secret);
        await page.getByLabel("Code of your authenticator app").fill(authenticator.code(-30));
        await page.keyboard.press("Enter");
        await heading(page, "Two-factor authentication is on");
        const codes = await page.locator(".codes li").allInnerTexts();
        expect(codes).toHaveLength(10);
        await page.getByRole("link", { name: "I have kept the codes" }).click();
        await report(page, "On. Unused recovery codes: 10.");
        await page.locator("summary", { hasText: "Turn off" }).click();
        await page.locator("#disable-password").fill(password);
        await page.locator("#disable-code").fill(codes[0] ?? "");
        await page.getByRole("button", { name: "Turn off" }).click();
        await report(page, "Two-factor authentication is off.");
        await context.close();
      });

      test("links a provider after a page that asks, and unlinks it", async () => {
        const { page, context, email } = await openAccount(withoutScripts);
        const visited: string[] = [];
        await context.route("https://provider.example/**", async (route) => {
          visited.push(route.request().url());
          const callback = new URLSearchParams(acme.approve(route.request().url()));
          const location = `${origin}/api/v1/auth/oauth/acme/callback?${callback}`;
          const body = `<meta http-equiv="refresh" content="0; url=${Bun.escapeHTML(location)}">`;
          await route.fulfill({ contentType: "text/html", body });
        });
        await page.getByRole("link", { name: "Link Acme" }).click();
        await report(page, `Your account at Acme will be linked to your account ${email}.`);
        expect(visited).toEqual([]);
        await page.getByRole("button", { name: "Link Acme" }).click();
        await report(page, "The account has been linked.");
        expect(visited).toHaveLength(1);
        await page.getByRole("button", { name: "Unlink: Acme" }).click();
        await report(page, "The account has been unlinked.");
        await context.close();
      });

      test("downloads the data, ends sessions, and deletes the account", async () => {
        const { page, context, email, password, userId } = await openAccount(withoutScripts);
        await logIn(app, { email, password });
        const download = page.waitForEvent("download");
        await page.getByRole("link", { name: "Download your data" }).click();
        const file = await download;
        expect(file.suggestedFilename()).toBe("account.json");
        expect(await Bun.file(await file.path()).json()).toMatchObject({ user: { email } });
        await page.reload();
        expect(await openSessionsOf(app, userId)).toHaveLength(2);
        const others = page.locator("li", { hasText: "IP address" }).filter({
          hasNotText: "this browser",
        });
        await others.getByRole("button").click();
        await report(page, "The session has been ended.");
        expect(await openSessionsOf(app, userId)).toHaveLength(1);
        await page.locator("summary", { hasText: "Delete account" }).click();
        await page.locator("#delete-password").fill(password);
        await page.getByLabel("I want to delete my account").check();
        await page.getByRole("button", { name: "Delete account" }).click();
        await heading(page, "Your account has been deleted");
        expect(await context.cookies()).toEqual([]);
        await context.close();
      });

      // Attack: a website posts a form in the browser of a user who is signed in.
      // security 116
      test("changes nothing for a form of another website", async () => {
        const { page, context, userId } = await openAccount(withoutScripts);
        await page.goto("about:blank");
        const form = `<form method="post" action="${origin}/account/sessions/revoke-all"><button>Win</button></form>`;
        await context.route("https://evil.example/", (route) =>
          route.fulfill({ contentType: "text/html", body: form }),
        );
        await page.goto("https://evil.example/");
        await page.getByRole("button", { name: "Win" }).click();
        await page.waitForURL(`${origin}/account/sessions/revoke-all`);
        expect(await openSessionsOf(app, userId)).toHaveLength(1);
        await context.close();
      });
    });

    test("adds a passkey with the script of the page, on a phone", async () => {
      const { page, context, userId } = await openAccount({
        viewport: { width: 320, height: 568 },
      });
      const problems: string[] = [];
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) problems.push(message.text());
      });
      page.on("pageerror", (error) => problems.push(error.message));
      await addAuthenticator(page);
      await page.getByLabel("Name of the passkey").fill("Phone");
      await page.getByRole("button", { name: "Add passkey" }).click();
      await report(page, "The passkey has been added.");
      expect(await axeViolations(page)).toEqual([]);
      const rows = await app.rows(`select name from passkeys where user_id = '${userId}'`);
      expect(rows).toEqual([{ name: "Phone" }]);
      // The authenticator has one of this user, and refuses a second.
      await page.getByRole("button", { name: "Add passkey" }).click();
      await report(page, "The passkey was not added.");

      // The session has ended: the options of a passkey lead to the sign-in page as well.
      await context.clearCookies();
      const signIn = page.waitForResponse(
        (response) =>
          response.url().startsWith(`${origin}/sign-in?return_to=`) &&
          response.request().isNavigationRequest(),
      );
      await page.getByRole("button", { name: "Add passkey" }).click();
      expect((await signIn).status()).toBe(200);
      expect(problems).toEqual([]);
      await context.close();
    });
  });
}
