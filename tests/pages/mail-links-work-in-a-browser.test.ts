import { beforeAll, expect, test } from "bun:test";

import type { Browser } from "playwright-core";

import {
  describeInBrowser,
  openBrowser,
  openWatchedPage,
  type WatchedPage,
} from "../support/browser.ts";
import { registerVerified } from "../support/journey.ts";
import { canSignIn, doneHeadings, getLink } from "../support/mailed-links.ts";
import { mailOfKind } from "../support/mail-of-kind.ts";
import { pathFrom } from "../support/page-forms.ts";
import { newPassword } from "../support/password-reset.ts";
import { useTestApp } from "../support/test-app.ts";

const timeoutMilliseconds = 60_000;
// Chromium logs every response with a status of 400 and above to the console.
const rejections = /^console error: Failed to load resource: .* 40[0134] /;

describeInBrowser("the links of mails in a browser", () => {
  let browser: Browser;
  const app = useTestApp({ servesPublicUrl: true, settings: { REFRESH_TOKEN_COOKIE: "true" } });
  const origin = (): string => app.platform.settings.publicUrl;

  beforeAll(async () => {
    browser = await openBrowser();
    app.defer(() => browser.close());
  }, timeoutMilliseconds);

  /** Fails for every problem on the page, shown or not. */
  async function withPage(
    visit: (watched: WatchedPage) => Promise<void>,
    allowed = /^$/,
  ): Promise<void> {
    const watched = await openWatchedPage(browser, origin());
    try {
      await watched.page.setViewportSize({ width: 320, height: 568 });
      await visit(watched);
      await watched.settle();
      expect(watched.problems.filter((problem) => !allowed.test(problem))).toEqual([]);
    } finally {
      await watched.close();
    }
  }

  const heading = ({ page }: WatchedPage, name: string): Promise<void> =>
    page.getByRole("heading", { name }).waitFor();

  // security 58, 71
  test(
    "the button signs in: the browser has the cookie, and the page shows no token",
    () =>
      withPage(async (watched) => {
        const { page } = watched;
        const { link, token } = await getLink(app, "magic-link");
        await page.goto(`${origin()}${pathFrom(link)}`);
        await page.getByRole("button", { name: "Sign in" }).click();
        await page.waitForURL(`${origin()}/account`);
        expect(await page.content()).not.toMatch(/eyJ|textarea id/);
        expect(page.url()).not.toContain(token);
        const cookies = await page.context().cookies(`${origin()}/api/v1/auth/refresh`);
        const named = (name: string) => cookies.find((cookie) => cookie.name === name);
        const ofRefreshToken = {
          httpOnly: true,
          sameSite: "Strict",
          path: "/api/v1/auth",
        } as const;
        expect(named("gatehouse_refresh_token")).toMatchObject(ofRefreshToken);
        const ofSession = { httpOnly: true, sameSite: "Lax", path: "/" } as const;
        expect(named("gatehouse_session")).toMatchObject(ofSession);
      }, rejections),
    timeoutMilliseconds,
  );

  // Attack: a website signs its visitors in to another account, with a form that posts itself.
  test(
    "a form of another website opens no session",
    () =>
      withPage(async (watched) => {
        const { page } = watched;
        const { token } = await getLink(app, "magic-link");
        await page.setContent(`<form method="post" action="${origin()}/magic-link">
          <input name="token" value="${token}"><button>Win a prize</button></form>`);
        await page.getByRole("button", { name: "Win a prize" }).click();
        await heading(watched, "Another website sent you here");
        expect(await page.context().cookies()).toEqual([]);
      }, rejections),
    timeoutMilliseconds,
  );

  test(
    "a user signs in by the code, with the keyboard alone",
    () =>
      withPage(async (watched) => {
        const { page } = watched;
        const { email } = await registerVerified(app);
        await page.goto(`${origin()}/magic-link`);
        await page.keyboard.press("Tab");
        await page.keyboard.type(email);
        await page.keyboard.press("Enter");
        await heading(watched, "Check your mailbox");
        const { code } = await mailOfKind(app, "magic-link", email);
        await page.keyboard.press("Tab");
        await page.keyboard.press("Tab");
        await page.keyboard.type(code === "000000" ? "000001" : "000000");
        await page.keyboard.press("Enter");
        await page.getByText("The code is wrong, used or expired.").waitFor();
        // The field that was wrong has the focus.
        await page.locator("#code:focus").waitFor();
        await page.keyboard.type(`${code.slice(0, 3)} ${code.slice(3)}`);
        await page.keyboard.press("Enter");
        await page.waitForURL(`${origin()}/account`);
      }, rejections),
    timeoutMilliseconds,
  );

  test(
    "a user chooses a new password at the second attempt",
    () =>
      withPage(async (watched) => {
        const { page } = watched;
        const { email, link } = await getLink(app, "reset-password");
        await page.goto(`${origin()}${pathFrom(link)}`);
        const button = page.getByRole("button", { name: "Set new password" });
        const password = page.getByLabel("New password");
        const confirmation = page.getByLabel("Repeat password");
        await password.fill("short1!");
        await confirmation.fill("short1!");
        await button.click();
        await page.getByText("The password must have at least 8 characters.").waitFor();
        expect([await password.inputValue(), await confirmation.inputValue()]).toEqual(["", ""]);
        await page.locator("#password:focus").waitFor();
        await password.fill(newPassword);
        await confirmation.fill(newPassword);
        const box = await button.boundingBox();
        expect(box?.height).toBeGreaterThanOrEqual(44);
        await button.click();
        await heading(watched, doneHeadings["reset-password"]);
        expect(await page.context().cookies()).toEqual([]);
        expect(await canSignIn(app, "reset-password", email)).toBe(true);
      }, rejections),
    timeoutMilliseconds,
  );

  test(
    "the button changes the address, and a reload of the response changes nothing",
    () =>
      withPage(async (watched) => {
        const { page } = watched;
        const { email, link } = await getLink(app, "change-email");
        await page.goto(`${origin()}${pathFrom(link)}`);
        await page.getByRole("button", { name: "Use this address" }).click();
        await heading(watched, doneHeadings["change-email"]);
        await page.reload();
        await heading(watched, doneHeadings["change-email"]);
        expect(await canSignIn(app, "change-email", email)).toBe(true);
      }),
    timeoutMilliseconds,
  );
});
