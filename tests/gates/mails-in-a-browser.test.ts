import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Browser } from "playwright-core";

import { renderContent } from "../../src/features/mail/render-content.ts";
import { recipientOf } from "../../src/features/mail/templates/recipient.ts";
import { languages } from "../../src/kernel/language.ts";
import { describeInBrowser, openBrowser, openWatchedPage } from "../support/browser.ts";
import { allMails } from "../support/mail-contents.ts";
import { senderFor } from "../support/mail-sender.ts";

const timeoutMilliseconds = 60_000;
const contrastOfBody = `(() => {
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = (color) => numbers(color).slice(0, 3).map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const backgroundOf = (element) => {
    for (let behind = element; behind; behind = behind.parentElement) {
      const color = getComputedStyle(behind).backgroundColor;
      if (numbers(color)[3] !== 0) return color;
    }
    return "rgb(255, 255, 255)";
  };
  return Math.min(...[...document.querySelectorAll("p, a")].map((element) => {
    const shades = [getComputedStyle(element).color, backgroundOf(element)].map(luminance);
    return (Math.max(...shades) + 0.05) / (Math.min(...shades) + 0.05);
  }));
})()`;

describeInBrowser("each mail, in Chromium", () => {
  let browser: Browser;
  let pictures: string;

  beforeAll(async () => {
    browser = await openBrowser();
    pictures = await mkdtemp(join(tmpdir(), "gatehouse-mails-"));
  }, timeoutMilliseconds);

  // The screenshots are kept, so that a developer can look at them.
  afterAll(async () => {
    await browser.close();
    console.info(`pictures of all mails: ${pictures}`);
  });

  test.each(languages)(
    "fits a phone, is easy to read in light and dark colours, and loads nothing (%s)",
    async (locale) => {
      const watched = await openWatchedPage(browser, "null");
      const { page } = watched;
      try {
        await page.setViewportSize({ width: 360, height: 740 });
        for (const { name, content } of allMails) {
          const reader = recipientOf({ sender: senderFor(), name: "Ada", locale });
          const { subject, html } = renderContent(reader, content);
          await page.setContent(html);
          expect(await page.title()).toBe(subject);
          expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
          for (const colorScheme of ["light", "dark"] as const) {
            await page.emulateMedia({ colorScheme });
            expect(await page.evaluate(contrastOfBody)).toBeGreaterThanOrEqual(4.5);
            if (colorScheme === "light" || name === "verify-email") {
              const file = join(pictures, `${locale}-${name}-${colorScheme}.png`);
              await page.screenshot({ path: file, fullPage: true });
              expect(Bun.file(file).size).toBeGreaterThan(5_000);
            }
          }
        }
        await watched.settle();
        expect(watched.problems).toEqual([]);
      } finally {
        await watched.close();
      }
    },
    timeoutMilliseconds,
  );
});
