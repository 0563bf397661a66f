import { beforeAll, describe, expect, test } from "bun:test";

import type { Browser, Page } from "playwright-core";

import { describeInBrowser, openBrowser } from "../support/browser.ts";
import { databaseKinds } from "../support/databases.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { mailOfKind } from "../support/mail-of-kind.ts";
import { type OpenIdProvider, startOpenIdProvider } from "../support/openid-provider.ts";
import { signUpWithFactor } from "../support/second-factor.ts";
import { findSparePort } from "../support/spare-port.ts";
import { startTestApp, type TestApp, useTestApp } from "../support/test-app.ts";

const timeoutMilliseconds = 120_000;

describeInBrowser("signing in in a browser without scripts", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openBrowser();
    shared.defer(() => browser.close());
  }, timeoutMilliseconds);

  const shared = useTestApp({ servesPublicUrl: true });

  /** Opens a page of the application in a fresh profile. */
  async function withPage(app: TestApp, visit: (page: Page) => Promise<void>): Promise<void> {
    const { publicUrl } = app.platform.settings;
    const context = await browser.newContext({ javaScriptEnabled: false, baseURL: publicUrl });
    try {
      await visit(await context.newPage());
    } finally {
      await context.close();
    }
  }

  const heading = (page: Page, name: string): Promise<void> =>
    page.getByRole("heading", { name, exact: true }).waitFor();
  const press = (page: Page, name: string): Promise<void> =>
    page.getByRole("button", { name, exact: true }).click();

  /** Follows what the page of a signed-in user offers, and is signed out. */
  async function signOut(page: Page, email: string): Promise<void> {
    await page.goto("/sign-out");
    await page.getByText(`You are signed in as ${email}.`).waitFor();
    await press(page, "Sign out");
    await heading(page, "You are signed out");
  }

  describe.each([...databaseKinds])("on %s", (database) => {
    const app = useTestApp({ database, servesPublicUrl: true });

    // security 115
    test(
      "a user signs up, confirms the address, signs in by password and by mail, and signs out",
      () =>
        withPage(app, async (page) => {
          const email = freshEmail();
          await page.goto("/sign-in?return_to=/sign-out");
          expect(await page.getByRole("button", { name: "passkey" }).count()).toBe(0);
          await page.getByRole("link", { name: "Create an account" }).click();
          await page.getByLabel("E-mail address").fill(email);
          await page.getByLabel("Password", { exact: true }).fill(goodPassword);
          await page.getByLabel("Repeat password").fill(goodPassword);
          await press(page, "Create account");
          await heading(page, "Check your mailbox");
          const { code } = await mailOfKind(app, "verify-email", email);
          await page.getByLabel("Code from the e-mail").fill(code);
          await press(page, "Confirm e-mail address");
          await page.getByText("Your e-mail address is confirmed.").waitFor();

          await page.getByLabel("Password", { exact: true }).fill("WrongPassword123!");
          await page.keyboard.press("Enter");
          await page.getByText("These details are not right.").waitFor();
          await page.getByLabel("Password", { exact: true }).fill(goodPassword);
          await page.keyboard.press("Enter");
          await heading(page, "Sign out");
          await signOut(page, email);

          await page.getByRole("link", { name: "Sign in", exact: true }).click();
          await page.getByLabel("E-mail address or username").fill(email);
          await press(page, "E-mail me a link and a code");
          await heading(page, "Check your mailbox");
          const mail = await mailOfKind(app, "magic-link", email);
          await page.getByLabel("Code from the e-mail").fill(mail.code);
          await press(page, "Sign in");
          await page.waitForURL("**/account");
          await signOut(page, email);
          const names = (await page.context().cookies()).map(({ name }) => name);
          expect(names).not.toContain("gatehouse_session");
        }),
      timeoutMilliseconds,
    );
  });

  test(
    "the link of a mail leads to where the user wanted to go",
    () =>
      withPage(shared, async (page) => {
        const email = freshEmail();
        await shared.post("/api/v1/auth/register", { email, password: goodPassword });
        await page.goto("/sign-in?return_to=/sign-out");
        await page.getByLabel("E-mail address or username").fill(email);
        await press(page, "E-mail me a link and a code");
        const { link } = await mailOfKind(shared, "magic-link", email);
        await page.goto(link);
        await press(page, "Sign in");
        await heading(page, "Sign out");
      }),
    timeoutMilliseconds,
  );

  // security 82
  test(
    "a user with a second factor enters its code, and is not asked again on a trusted device",
    () =>
      withPage(shared, async (page) => {
        const { email, password, authenticator } = await signUpWithFactor(shared);
        const enter = async (): Promise<void> => {
          await page.goto("/sign-in?return_to=/sign-out");
          await page.getByLabel("E-mail address or username").fill(email);
          await page.getByLabel("Password", { exact: true }).fill(password);
          await press(page, "Sign in");
        };
        await enter();
        await heading(page, "Two-factor authentication");
        await page.getByLabel("Code or recovery code").fill("000000");
        await press(page, "Sign in");
        await page.getByText("The code is wrong, used or expired.").waitFor();
        await page.getByLabel("Code or recovery code").fill(authenticator.code(30));
        await page.getByLabel("Trust this device for 30 days").check();
        await press(page, "Sign in");
        await heading(page, "Sign out");
        await signOut(page, email);
        await enter();
        await heading(page, "Sign out");
      }),
    timeoutMilliseconds,
  );

  // security 73
  test(
    "a user signs in at an OpenID Connect provider, and comes back signed in",
    async () => {
      const port = await findSparePort();
      const publicUrl = `http://localhost:${port}`;
      const callback = `${publicUrl}/api/v1/auth/oauth/acme/callback`;
      await using provider: OpenIdProvider = await startOpenIdProvider([callback]);
      const settings = { PORT: `${port}`, PUBLIC_URL: publicUrl, ...provider.settings("ACME") };
      await using app = await startTestApp({ settings });
      const email = freshEmail();
      provider.setAccount("ada", { email, email_verified: true, name: "Ada" });
      await withPage(app, async (page) => {
        await page.goto("/sign-in?return_to=/sign-out");
        await page.getByRole("link", { name: "Continue with Acme" }).click();
        await page.locator("input[name=login]").fill("ada");
        await page.locator("input[name=password]").fill("any");
        await page.locator("button[type=submit]").click();
        await page.getByRole("button", { name: "Continue" }).click();
        await page.getByText(`You are signed in as ${email}.`).waitFor();
      });
    },
    timeoutMilliseconds,
  );
});
