/**
 * Writes the screenshots in docs/images from dist/gatehouse, on an embedded database with the same user each time.
 * The text of times is replaced, so that only a change of a page, or of the fonts of the machine, changes an image.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import type { Browser, Page } from "playwright-core";

import { addAuthenticator, openBrowser } from "../tests/support/browser.ts";
import { type ServerProcess, startGatehouse } from "../tests/support/executable.ts";
import { createMigratedHome } from "../tests/support/executable-home.ts";
import { mailFileTo } from "../tests/support/mail-files.ts";
import { authenticatorApp } from "../tests/support/second-factor.ts";
import { findSparePort } from "../tests/support/spare-port.ts";

const directory = join(import.meta.dir, "../docs/images");
const user = { email: "ada@example.com", username: "ada", name: "Ada Lovelace" };
const password = "SecurePassword123!";

const browsers = {
  laptop:
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
  phone:
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1",
};

const formats = {
  light: { viewport: { width: 1280, height: 960 }, userAgent: browsers.laptop },
  phone: { viewport: { width: 390, height: 844 }, userAgent: browsers.phone },
};

const steadyTimes = `for (const time of document.querySelectorAll("time")) time.textContent = "Mar 4, 2026, 5:06 AM UTC";
  document.activeElement?.blur();`;

await using home = await createMigratedHome("embedded");
const port = await findSparePort();
const origin = `http://localhost:${port}`;
await using server = await startGatehouse({
  cwd: home.cwd,
  settings: {
    PORT: String(port),
    PUBLIC_URL: origin,
    BRAND_NAME: "Example",
    GITHUB_CLIENT_ID: "example",
    GITHUB_CLIENT_SECRET: "example",
    GOOGLE_CLIENT_ID: "example",
    GOOGLE_CLIENT_SECRET: "example",
  },
});
const recoveryCodes = await createUser(server);
const browser = await openBrowser();
await mkdir(directory, { recursive: true });
try {
  const { context, page } = await openSignIn(browser, "light");
  await signIn(page, async () => {});
  await addPasskey(page);
  await context.close();
  await takeImages(browser, "phone");
  await takeImages(browser, "light");
} finally {
  await browser.close();
}

/** A user with a confirmed address and a second factor, who is signed in on a phone. Returns the recovery codes. */
async function createUser({ post, call }: ServerProcess): Promise<string[]> {
  await post("/api/v1/auth/register", { ...user, password });
  const { token } = await mailFileTo(home.dataDirectory, user.email);
  await post("/api/v1/auth/verify-email", { token });
  const signedIn = await call("POST", "/api/v1/auth/login", {
    json: { email: user.email, password },
    headers: { "user-agent": browsers.phone },
  });
  const bearer = String(signedIn.json.data.access_token);
  const begun = await call("POST", "/api/v1/auth/2fa/setup", { json: { password }, bearer });
  const code = authenticatorApp(String(begun.json.data.secret)).code();
  const enabled = await call("POST", "/api/v1/auth/2fa/enable", { json: { code }, bearer });
  if (enabled.status !== 200) throw new Error(`no second factor: ${enabled.text}`);
  return enabled.json.data.recovery_codes;
}

async function openSignIn(opened: Browser, format: keyof typeof formats) {
  const context = await opened.newContext({ ...formats[format], baseURL: origin });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Sign in with a passkey" }).waitFor();
  return { context, page };
}

/** Signs in with the password and a recovery code. `between` is done when the page asks for the code. */
async function signIn(page: Page, between: () => Promise<void>): Promise<void> {
  await page.getByLabel("E-mail address or username").fill(user.email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { name: "Two-factor authentication" }).waitFor();
  await between();
  await page.getByLabel("Code or recovery code").fill(recoveryCodes.pop() ?? "");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL("**/account");
}

async function takeImages(opened: Browser, format: keyof typeof formats): Promise<void> {
  const { context, page } = await openSignIn(opened, format);
  const take = async (name: string): Promise<void> => {
    await page.evaluate(steadyTimes);
    await page.screenshot({ path: join(directory, `${name}-${format}.png`) });
  };
  await take("sign-in");
  await signIn(page, () => take("second-factor"));
  await page.evaluate(`document.querySelector("#second-factor").scrollIntoView()`);
  await take("account");
  await context.clearCookies();
  await page.goto("/sign-up");
  await take("sign-up");
  await context.close();
}

/** Adds a passkey of a virtual authenticator, which is gone with its page. */
async function addPasskey(page: Page): Promise<void> {
  await addAuthenticator(page);
  await page.getByLabel("Name of the passkey").fill("Laptop");
  await page.getByRole("button", { name: "Add passkey" }).click();
  await page.getByText("The passkey has been added.").waitFor();
}
