import { beforeAll, expect, test } from "bun:test";

import type { Browser } from "playwright-core";

import {
  describeInBrowser,
  openBrowser,
  openWatchedPage,
  type WatchedPage,
} from "../support/browser.ts";
import { freshEmail, goodPassword, logIn, mailTo } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const timeoutMilliseconds = 60_000;

describeInBrowser("the link of a verification mail in a phone's browser", () => {
  let browser: Browser;
  const app = useTestApp();

  beforeAll(async () => {
    browser = await openBrowser();
    app.defer(() => browser.close());
  }, timeoutMilliseconds);

  /** Opens the link of a new user, and fails for every problem on the page, shown or not. */
  async function withLinkOpen(
    visit: (watched: WatchedPage, email: string) => Promise<void>,
    allowed: RegExp = /^$/,
  ): Promise<void> {
    const email = freshEmail();
    await app.post("/api/v1/auth/register", { email, password: goodPassword });
    const { pathname, search } = new URL((await mailTo(app, email)).link);
    const watched = await openWatchedPage(browser, app.url);
    try {
      await watched.page.setViewportSize({ width: 320, height: 568 });
      await watched.page.goto(`${app.url}${pathname}${search}`);
      await visit(watched, email);
      await watched.settle();
      expect(watched.problems.filter((problem) => !allowed.test(problem))).toEqual([]);
    } finally {
      await watched.close();
    }
  }

  async function titleOf({ page }: WatchedPage): Promise<string> {
    return page.locator("h1").innerText();
  }

  // security 58, 71
  test(
    "shows a button on the first screen, and pressing it confirms the address",
    () =>
      withLinkOpen(async (watched, email) => {
        const { page } = watched;
        expect((await logIn(app, { email, password: goodPassword })).status).toBe(403);
        const button = page.getByRole("button", { name: "Confirm e-mail address" });
        const box = await button.boundingBox();
        expect(box?.height).toBeGreaterThanOrEqual(44);
        expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThanOrEqual(568);
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(320);
        // The policy allowed the style sheet.
        const color = "getComputedStyle(document.querySelector('button')).backgroundColor";
        expect(await page.evaluate(color)).toBe("rgb(31, 95, 208)");

        await button.click();
        await page.getByRole("heading", { name: "Your e-mail address is confirmed" }).waitFor();
        expect(new URL(page.url()).search).toBe("");
        await page.reload();
        expect(await titleOf(watched)).toBe("Your e-mail address is confirmed");
        expect((await logIn(app, { email, password: goodPassword })).status).toBe(200);
      }),
    timeoutMilliseconds,
  );

  // Failure: the user taps twice.
  test(
    "a double tap confirms the address and shows success",
    () =>
      withLinkOpen(async (watched) => {
        await watched.page.getByRole("button").dblclick();
        await watched.page
          .getByRole("heading", { name: "Your e-mail address is confirmed" })
          .waitFor();
      }),
    timeoutMilliseconds,
  );

  test(
    "a link that is void offers a new mail",
    () =>
      withLinkOpen(
        async ({ page }, email) => {
          await app.rows("delete from mail_challenges");
          await page.getByRole("button").click();
          await page.getByRole("heading", { name: "This link does not work" }).waitFor();
          await page.getByLabel("E-mail address").fill("ada@example");
          await page.getByRole("button", { name: "Send a new e-mail" }).click();
          await page.getByText("This is not a complete e-mail address.").waitFor();
          expect(await page.getByLabel("E-mail address").inputValue()).toBe("ada@example");
          await page.getByLabel("E-mail address").fill(email);
          await page.getByRole("button", { name: "Send a new e-mail" }).click();
          await page.getByRole("heading", { name: "Check your mailbox" }).waitFor();
          expect((await mailTo(app, email, 2)).kind).toBe("verify-email");
        },
        // Chromium logs every response with status 400 to the console.
        /^console error: Failed to load resource: .* 400 /,
      ),
    timeoutMilliseconds,
  );
});
