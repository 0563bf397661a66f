import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, Page } from "playwright-core";

import { describeInBrowser, openBrowser } from "../support/browser.ts";
import { createClientByCommand } from "../support/client-by-command.ts";
import { databaseKinds } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { createHome, type Home } from "../support/executable-home.ts";
import { type ServerProcess, startGatehouse } from "../support/executable.ts";
import { freshEmail } from "../support/journey.ts";
import {
  type RelyingApplication,
  startRelyingApplication,
} from "../support/relying-application.ts";
import { findSparePort } from "../support/spare-port.ts";
import {
  enterPassword,
  fillSignUp,
  follow,
  heading,
  openMail,
  press,
  turnOnSecondFactor,
} from "../support/visitor.ts";

setDefaultTimeout(120_000);

for (const database of databaseKinds) {
  describeInBrowser(`an application of openid-client, at the executable on ${database}`, () => {
    let home: Home;
    let application: RelyingApplication;
    let server: ServerProcess;
    let browser: Browser;
    let origin = "";

    beforeAll(async () => {
      const port = await findSparePort();
      origin = `http://localhost:${port}`;
      home = await createHome(database);
      application = startRelyingApplication();
      const settings = {
        ...home.settings,
        PORT: String(port),
        PUBLIC_URL: origin,
        WEBHOOK_ALLOW_PRIVATE: "true",
      };
      // The command needs the embedded database for itself, so that the server starts afterwards.
      const client = await createClientByCommand({ cwd: home.cwd, settings }, [
        "--name=Notes",
        `--redirect-uri=${application.redirectUri}`,
        `--post-logout-redirect-uri=${application.postLogoutRedirectUri}`,
        `--backchannel-logout-uri=${application.backchannelLogoutUri}`,
      ]);
      server = await startGatehouse({ cwd: home.cwd, settings });
      await application.connect(origin, client);
      browser = await openBrowser();
    });

    afterAll(async () => {
      await browser.close();
      await server[Symbol.asyncDispose]();
      await application[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    });

    async function openApplication(): Promise<Page> {
      const context = await browser.newContext({ baseURL: origin, locale: "en" });
      const page = await context.newPage();
      await page.goto(application.url);
      return page;
    }

    /** Allows what the application asks for, and opens its start page. */
    async function allow(page: Page, email: string): Promise<void> {
      await heading(page, "Sign in to Notes");
      expect(await page.innerText("main")).toContain(email);
      await press(page, "Allow");
      await heading(page, "Welcome");
      await follow(page, "Notes");
    }

    const isSignedInWith = (page: Page, email: string, acr: string) =>
      page.getByText(`Signed in as ${email} with urn:gatehouse:${acr}.`).waitFor();

    /** Waits until the application has got so many logout tokens, and opens its start page. */
    async function isLoggedOut(page: Page, count: number): Promise<void> {
      await eventually(
        () => application.loggedOut,
        ({ length }) => length === count,
        20,
      );
      await page.goto(application.url);
      await page.getByRole("link", { name: "Sign in", exact: true }).waitFor();
    }

    // Browsers apply `form-action` to every redirect after a form: the pages must let the response pass.
    test("a new user signs up, allows it, sets up a second factor, refreshes, and signs out at the application", async () => {
      const email = freshEmail();
      const page = await openApplication();
      await follow(page, "Sign in");
      await follow(page, "Create an account");
      await fillSignUp(page, email);
      const mails = await page.context().newPage();
      const mail = await openMail(mails, email);
      await page
        .getByLabel("Code from the e-mail")
        .fill(await mail.getByText(/^\d{6}$/).innerText());
      await press(page, "Confirm e-mail address");
      await page.getByText("Your e-mail address is confirmed.").waitFor();
      await enterPassword(page, email);
      await allow(page, email);
      await isSignedInWith(page, email, "1fa");

      await follow(page, "Refresh");
      await heading(page, "Refreshed");
      expect(await page.innerText("p")).toBe(email);

      // It ends every other session of the user, those at applications too.
      await page.goto("/account");
      const { authenticator } = await turnOnSecondFactor(page);
      await isLoggedOut(page, 1);
      // The browser's own session is left, and what the user allowed is remembered.
      await follow(page, "Sign in");
      await heading(page, "Welcome");
      await follow(page, "Notes");
      await follow(page, "Sign out");
      await heading(page, "Signed out with left");
      await isLoggedOut(page, 2);

      await follow(page, "Sign in");
      await enterPassword(page, email);
      await heading(page, "Two-factor authentication");
      await page.getByLabel("Code or recovery code").fill(authenticator.code(30));
      await press(page, "Sign in");
      await heading(page, "Welcome");
      await follow(page, "Notes");
      await isSignedInWith(page, email, "2fa");
      await page.goto("/account");
      await press(page, "Sign out");
      await isLoggedOut(page, 3);
      const sessionIds = application.loggedOut.map(({ sid }) => sid);
      expect(new Set(sessionIds).size).toBe(3);
      await page.context().close();
    });

    // OAuth 2.0 Form Post Response Mode: the page's script posts the form.
    test("a user who is signed in comes by form_post", async () => {
      const email = freshEmail();
      const page = await openApplication();
      await page.goto("/sign-up");
      await fillSignUp(page, email);
      const mails = await page.context().newPage();
      const mail = await openMail(mails, email);
      await mail.getByRole("link", { name: "Confirm e-mail address" }).click();
      await press(mails, "Confirm e-mail address");
      await heading(mails, "Your e-mail address is confirmed");
      await page.goto("/sign-in");
      await enterPassword(page, email);
      await page.goto(application.url);
      await follow(page, "By form");
      await allow(page, email);
      await isSignedInWith(page, email, "1fa");
      await page.context().close();
    });
  });
}
