import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, Locator, Page } from "playwright-core";

import { accessibilityFaults, axeViolations } from "../support/accessibility.ts";
import {
  addAuthenticator,
  describeInBrowser,
  openBrowser,
  openWatchedPage,
} from "../support/browser.ts";
import { databaseKinds } from "../support/databases.ts";
import { createHome, type Home } from "../support/executable-home.ts";
import { type ServerProcess, startGatehouse } from "../support/executable.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { findSparePort } from "../support/spare-port.ts";
import {
  enterPassword,
  follow,
  heading,
  isSignedIn,
  openMail,
  press,
  register,
  signOut,
  turnOnSecondFactor,
} from "../support/visitor.ts";

setDefaultTimeout(240_000);

/** Presses Tab until the element that this finds has the focus. */
async function moveTo(page: Page, focused: Locator): Promise<void> {
  for (let count = 0; (await focused.count()) === 0; count += 1) {
    if (count === 40) throw new Error("The Tab key does not lead to the element.");
    await page.keyboard.press("Tab");
  }
}

async function pressOn(page: Page, element: Locator): Promise<void> {
  await element.waitFor();
  await moveTo(page, element.and(page.locator(":focus")));
  await page.keyboard.press("Enter");
}

async function type(page: Page, label: string, text: string): Promise<void> {
  const field = page.getByLabel(label, { exact: true });
  await field.waitFor();
  await moveTo(page, field.and(page.locator(":focus")));
  await page.keyboard.type(text);
}

// A new user of the product has no setting but, where it is not embedded, the database.
for (const database of databaseKinds) {
  describeInBrowser(`the first visit, at the executable on ${database}`, () => {
    let home: Home;
    let server: ServerProcess;
    let browser: Browser;
    let origin = "";
    let startSeconds = 0;

    beforeAll(async () => {
      const port = await findSparePort();
      origin = `http://localhost:${port}`;
      home = await createHome(database);
      const settings = { ...home.settings, PORT: String(port), PUBLIC_URL: origin };
      const startedAt = performance.now();
      server = await startGatehouse({ cwd: home.cwd, settings });
      startSeconds = (performance.now() - startedAt) / 1000;
      browser = await openBrowser();
    });

    afterAll(async () => {
      await browser.close();
      await server[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    });

    /** Visits in a fresh profile. No page may load from elsewhere, offend its own policy, or write to the console. */
    async function visitWith(
      options: { readonly javaScriptEnabled?: boolean },
      visit: (page: Page) => Promise<void>,
    ): Promise<void> {
      const watched = await openWatchedPage(browser, origin, {
        ...options,
        baseURL: origin,
      });
      try {
        await visit(watched.page);
        if (options.javaScriptEnabled !== false) await watched.settle();
        expect(watched.problems).toEqual([]);
      } finally {
        await watched.close();
      }
    }

    /** What a signed-in user sees and takes with them; then the second factor, and a sign-in with it. */
    async function useAccount(page: Page, email: string, sessions: number): Promise<void> {
      await isSignedIn(page, email);
      expect(await page.locator("#sessions li").count()).toBe(sessions);
      expect(await page.locator("#sessions li", { hasText: "this browser" }).count()).toBe(1);
      const downloading = page.waitForEvent("download");
      await follow(page, "Download your data");
      const data: unknown = await Bun.file(await (await downloading).path()).json();
      expect(data).toMatchObject({ user: { email, email_verified: true } });

      const { authenticator, recoveryCodes } = await turnOnSecondFactor(page);
      expect(recoveryCodes).toHaveLength(10);
      await signOut(page);
      await enterPassword(page, email);
      await heading(page, "Two-factor authentication");
      await page.getByLabel("Code or recovery code").fill(authenticator.code(30));
      await page.getByLabel("Trust this device for 30 days").check();
      await press(page, "Sign in");
      await isSignedIn(page, email);
    }

    /** With everything unfolded, on a small phone and a wide screen, in light and dark colours. */
    async function isAccessible(page: Page): Promise<void> {
      await page.evaluate(
        "for (const each of document.querySelectorAll('details')) each.open = true",
      );
      for (const colorScheme of ["light", "dark"] as const) {
        for (const width of [320, 1280]) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: 800 });
          expect(await accessibilityFaults(page)).toEqual([]);
          expect(await axeViolations(page)).toEqual([]);
        }
      }
    }

    function report(journey: string, startedAt: number): void {
      const seconds = (performance.now() - startedAt) / 1000;
      console.info(
        `${database}: ready after ${startSeconds.toFixed(1)} s; ${journey} took ${seconds.toFixed(1)} s`,
      );
    }

    test("a person registers, confirms the address by the link, and uses a passkey and a second factor", () =>
      visitWith({}, async (page) => {
        const startedAt = performance.now();
        const email = freshEmail();
        // The virtual authenticator would sign in by autofill before the test presses a button.
        await page.addInitScript(
          "PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false)",
        );
        await addAuthenticator(page);
        await register(page, email);
        const mail = await openMail(page, email);
        await mail.getByRole("link", { name: "Confirm e-mail address" }).click();
        await press(page, "Confirm e-mail address");
        await heading(page, "Your e-mail address is confirmed");
        await follow(page, "Sign in");
        await enterPassword(page, email);
        await isSignedIn(page, email);

        await page.getByLabel("Name of the passkey").fill("Laptop");
        await press(page, "Add passkey");
        await page.getByText("The passkey has been added.").waitFor();
        await signOut(page);
        await press(page, "Sign in with a passkey");
        await useAccount(page, email, 1);
        report("the first visit with a passkey", startedAt);

        await page.getByLabel("Name", { exact: true }).fill("Ada".repeat(60));
        await press(page, "Save profile");
        await page.getByText("Your profile has been saved.").waitFor();
        await isAccessible(page);
      }));

    test("without scripts a person registers, confirms the address by the code, and uses a second factor", () =>
      visitWith({ javaScriptEnabled: false }, async (page) => {
        const startedAt = performance.now();
        const email = freshEmail();
        await register(page, email);
        const mails = await page.context().newPage();
        const mail = await openMail(mails, email);
        const code = await mail.getByText(/^\d{6}$/).innerText();
        await page.getByLabel("Code from the e-mail").fill(code);
        await press(page, "Confirm e-mail address");
        await page.getByText("Your e-mail address is confirmed.").waitFor();
        await enterPassword(page, email);
        await useAccount(page, email, 1);
        report("the first visit without scripts", startedAt);
      }));

    test("with the keyboard alone a person registers, opens the link of the mail, and signs in", () =>
      visitWith({}, async (page) => {
        const email = freshEmail();
        await page.goto("/");
        await pressOn(page, page.getByRole("link", { name: /^Sign in/ }));
        await pressOn(page, page.getByRole("link", { name: "Create an account" }));
        await type(page, "E-mail address", email);
        await type(page, "Password", goodPassword);
        await type(page, "Repeat password", goodPassword);
        await page.keyboard.press("Enter");
        await heading(page, "Check your mailbox");
        const mail = await openMail(page, email, (link) => pressOn(page, link));
        await mail.getByRole("link", { name: "Confirm e-mail address" }).waitFor();
        await moveTo(page, mail.locator("a:focus", { hasText: "Confirm e-mail address" }));
        await page.keyboard.press("Enter");
        await pressOn(page, page.getByRole("button", { name: "Confirm e-mail address" }));
        await pressOn(page, page.getByRole("link", { name: "Sign in" }));
        await type(page, "E-mail address or username", email);
        await type(page, "Password", goodPassword);
        await page.keyboard.press("Enter");
        await isSignedIn(page, email);
      }));
  });
}
