import { existsSync } from "node:fs";

import { describe } from "bun:test";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";

const places = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/snap/bin/chromium",
];
const executablePath =
  process.env["CHROMIUM_PATH"] ?? places.find((place) => existsSync(place)) ?? null;

/** A page that can reach one origin, and everything that went wrong on it so far, one sentence each. */
export interface WatchedPage {
  readonly page: Page;
  readonly problems: readonly string[];
  /** Waits until what the page has done so far, its violations too, has been noted. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** `describe` for tests that need Chromium: skipped with a printed reason where there is none, failing under `CI=true`. */
export function describeInBrowser(name: string, body: () => void): void {
  if (executablePath !== null) return describe(name, body);
  const reason = `no Chromium at ${places.join(", ")} (apt-get install chromium, or set CHROMIUM_PATH)`;
  if (process.env["CI"] === "true") throw new Error(`${name}: ${reason}`);
  console.warn(`skipped: ${name}: ${reason}`);
  describe.skip(name, body);
}

let running: Promise<Browser> | null = null;

/**
 * A headless Chromium, which the test files of this process use one after the other: `close` ends what the caller has opened
 * in it. Throws where there is none: see `describeInBrowser`.
 */
export async function openBrowser(): Promise<Browser> {
  running ??= startBrowser();
  const browser = await running;
  const close = async (): Promise<void> => {
    await Promise.all(browser.contexts().map((context) => context.close()));
  };
  return new Proxy(browser, {
    get(target, name) {
      if (name === "close" || name === Symbol.asyncDispose) return close;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Starts a headless Chromium of the caller's own. One that is not closed keeps a process that is no test from its end. */
export async function startBrowser(): Promise<Browser> {
  if (executablePath === null) throw new Error("Chromium is not installed");
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
}

/**
 * Opens a page in a fresh profile. Requests to any other origin are aborted and noted as problems, and so are console
 * errors and warnings, uncaught errors, failed requests and violations of a Content-Security-Policy.
 */
export async function openWatchedPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const problems: string[] = [];
  const context = await browser.newContext(options);
  await context.route(
    (url) => url.origin !== origin && !["data:", "blob:", "about:"].includes(url.protocol),
    async (route) => {
      problems.push(`request to another origin: ${route.request().url()}`);
      await route.abort();
    },
  );
  await context.exposeBinding("notePolicyViolation", (_source, violation: string) => {
    problems.push(`policy violation: ${violation}`);
  });
  await context.addInitScript(`document.addEventListener("securitypolicyviolation", (event) =>
    notePolicyViolation(event.effectiveDirective + " " + event.blockedURI + " " + event.sourceFile + ":" + event.lineNumber + " " + event.sample));`);
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning")
      problems.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`uncaught: ${error.message}`));
  // Chromium aborts the requests of a page that the user leaves, and a navigation that becomes a download.
  page.on("requestfailed", (request) => {
    const fault = request.failure()?.errorText ?? "";
    if (fault !== "net::ERR_ABORTED") problems.push(`request failed: ${request.url()} ${fault}`);
  });
  const settle = async () => {
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))");
  };
  return { page, problems, settle, close: () => context.close() };
}

/** The authenticator of a page. */
export interface Authenticator {
  /** Whether it verifies the user from now on; if not, the user cancelled. */
  verifiesUser(isVerified: boolean): Promise<unknown>;
}

/** Gives a page an authenticator for passkeys, which verifies its user unless told otherwise. */
export async function addAuthenticator(page: Page, isUserVerified = true): Promise<Authenticator> {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified,
      automaticPresenceSimulation: true,
    },
  });
  return {
    verifiesUser: (isVerified: boolean) =>
      session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: isVerified }),
  };
}
