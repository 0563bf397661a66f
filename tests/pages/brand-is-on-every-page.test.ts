import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Browser } from "playwright-core";

import { axeViolations } from "../support/accessibility.ts";
import { describeInBrowser, openBrowser, openWatchedPage } from "../support/browser.ts";
import { logos } from "../support/logos.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

const timeoutMilliseconds = 60_000;
const logoWidth = `document.querySelector("header img").naturalWidth`;
let directory: string;
let app: TestApp;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "gatehouse-brand-"));
  const path = join(directory, "logo");
  await writeFile(path, logos.svg.bytes);
  app = await startTestApp({
    settings: {
      BRAND_NAME: "Acme & Söhne",
      BRAND_LOGO: path,
      BRAND_COLOR: "#0B7A4B",
      APP_URL: "https://app.example.com/start",
      SUPPORT_EMAIL: "help@acme.example",
    },
  });
  // It is read at the start alone.
  await rm(path);
}, timeoutMilliseconds);

afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

test("a page has the logo, the name and the colour, and the address for help", async () => {
  const page = await app.call("GET", "/reset-password");
  expect(page.text).toMatch(
    /<img src="\/brand\/logo\?v=[0-9a-f]{16}" alt="">\n<span>Acme &amp; Söhne</,
  );
  expect(page.text).toContain("--button: #0b7a4b; ");
  expect(page.text).toContain('Help: <a href="mailto:help@acme.example">help@acme.example</a>');
});

test("a page that ends a task links to the application", async () => {
  const { text } = await app.call("GET", "/change-email");
  expect(text).toContain(
    '<a class="button" href="https://app.example.com/start">Continue to Acme &amp; Söhne</a>',
  );
});

describe("without an application", () => {
  test("a page that ends a task links to the page for signing in", async () => {
    await using other = await startTestApp();
    const { text } = await other.call("GET", "/change-email");
    expect(text).toContain('<a class="button" href="/sign-in">Sign in</a>');
    expect((await other.call("GET", "/brand/logo")).status).toBe(404);
    expect(text).not.toMatch(/<img|<footer/);
    const icon = await other.call("GET", "/favicon.ico");
    expect(icon.headers.get("content-type")).toBe("image/svg+xml");
    expect(icon.text).toContain('fill="#1f5fd0"');
  });
});

// security 118
test("the logo is served as it is, may be cached, and opened by itself may do nothing", async () => {
  for (const path of ["/brand/logo", "/favicon.ico"]) {
    const { status, headers, text } = await app.call("GET", path);
    expect([status, text]).toEqual([200, logos.svg.bytes.toString()]);
    expect(headers.get("content-type")).toBe("image/svg+xml");
    expect(headers.get("cache-control")).toBe("public, max-age=86400");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'; .*; sandbox$/);
  }
});

test("robots.txt lets no crawler in", async () => {
  const { text, headers } = await app.call("GET", "/robots.txt");
  expect(text).toBe("User-agent: *\nDisallow: /\n");
  expect(headers.get("content-type")).toBe("text/plain; charset=utf-8");
});

test("/.well-known/change-password leads to the password of the account", async () => {
  const { status, headers } = await app.call("GET", "/.well-known/change-password");
  expect([status, headers.get("location")]).toEqual([302, "/account#password"]);
});

test("the first page has the name, and links to the page for signing in, but not to a mailbox", async () => {
  const { text } = await app.call("GET", "/");
  expect(text).toContain("<h1>Acme &amp; Söhne</h1>");
  expect(text).toContain('<a href="/sign-in">');
  expect(text).not.toContain("/dev/mail");
});

describeInBrowser("the brand in a browser", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openBrowser();
  }, timeoutMilliseconds);

  afterAll(async () => {
    await browser.close();
  });

  test.each(["light", "dark"] as const)(
    "the page shows the logo, breaks no policy, and is accessible in %s colours",
    async (colorScheme) => {
      const watched = await openWatchedPage(browser, app.url);
      const { page } = watched;
      await page.emulateMedia({ colorScheme });
      for (const path of ["/reset-password", "/change-email", "/nowhere", "/"]) {
        const response = await page.goto(`${app.url}${path}`);
        expect([200, 400, 404]).toContain(response?.status() ?? 0);
        if (path !== "/") {
          expect(await page.evaluate(logoWidth)).toBe(40);
        }
        expect(await axeViolations(page)).toEqual([]);
      }
      await watched.settle();
      const unexpected = watched.problems.filter((each) => !/status of 40[04] /.test(each));
      expect(unexpected).toEqual([]);
      await watched.close();
    },
    timeoutMilliseconds,
  );

  // Attack: an image of a designer with a script in it.
  // security 118
  test(
    "a script in the logo does not run, even where the logo is opened by itself",
    async () => {
      const context = await browser.newContext();
      const page = await context.newPage();
      let ran = false;
      await context.exposeBinding("scriptRan", () => {
        ran = true;
      });
      await page.goto(`${app.url}/reset-password`);
      await page.goto(`${app.url}/brand/logo`);
      // What a page of the same context reports arrives after what the earlier one did.
      await page.goto(`${app.url}/reset-password`);
      await page.evaluate("document.title");
      expect(ran).toBe(false);
      await context.close();
    },
    timeoutMilliseconds,
  );
});
