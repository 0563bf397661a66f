import { afterAll, beforeAll, expect, test } from "bun:test";

import type { Browser } from "playwright-core";

import { accessibilityFaults, axeViolations } from "../support/accessibility.ts";
import { describeInBrowser, openBrowser, openWatchedPage } from "../support/browser.ts";
import { languages } from "../../src/kernel/language.ts";
import { everyPage } from "../support/page-catalogue.ts";

const timeoutMilliseconds = 120_000;

/** A page with everything on it visible: what a user opens, and what the script of the page shows. The script itself is left out. */
function unfolded(html: string): string {
  return html
    .replaceAll("<details>", "<details open>")
    .replaceAll(" data-needs-passkeys hidden", "")
    .replaceAll(/<script[^>]*>[^<]*<\/script>/g, "");
}

/** What the script of the pages does in a browser with passkeys. */
const showsPasskeys = `for (const element of document.querySelectorAll("[data-needs-passkeys], [data-passkey-fault]"))
  element.hidden = false;`;

describeInBrowser("every page in a browser", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openBrowser();
  }, timeoutMilliseconds);

  afterAll(async () => {
    await browser.close();
  });

  test.each(["light", "dark"] as const)(
    "is accessible on a small phone in %s colours",
    async (colorScheme) => {
      const { page, problems, close } = await openWatchedPage(browser, "http://localhost");
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: 320, height: 568 });
      const faults: string[] = [];
      const backgrounds = new Set<unknown>();
      for (const { name, html } of languages.flatMap((language) => everyPage(language))) {
        await page.setContent(unfolded(html));
        await page.evaluate(showsPasskeys);
        const found = await accessibilityFaults(page);
        if (name.endsWith(" en")) found.push(...(await axeViolations(page)));
        faults.push(...found.map((fault) => `${name}: ${fault}`));
        backgrounds.add(await page.evaluate("getComputedStyle(document.body).backgroundColor"));
      }
      await close();
      expect(faults).toEqual([]);
      expect(problems).toEqual([]);
      expect([...backgrounds]).toEqual([
        colorScheme === "light" ? "rgb(242, 244, 247)" : "rgb(18, 22, 28)",
      ]);
    },
    timeoutMilliseconds,
  );

  // A user of the keyboard needs to see which element has the focus.
  test(
    "shows the focus of the keyboard, in reading order",
    async () => {
      const { page, close } = await openWatchedPage(browser, "http://localhost");
      for (const { name, html } of everyPage("en")) {
        await page.setContent(unfolded(html).replaceAll(" autofocus", ""));
        await page.evaluate(showsPasskeys);
        const selector = "a[href], button, input:not([type=hidden]), textarea, select, summary";
        const count = await page.locator(selector).count();
        for (let index = 0; index < count; index += 1) {
          await page.keyboard.press("Tab");
          const seen: unknown = await page.evaluate(`(() => {
            const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
            const order = [...document.querySelectorAll("${selector}")];
            return [order.indexOf(document.activeElement), outlineStyle, parseFloat(outlineWidth) >= 2];
          })()`);
          expect([name, seen]).toEqual([name, [index, "solid", true]]);
        }
      }
      await close();
    },
    timeoutMilliseconds,
  );
});
