/**
 * Writes the screenshots in docs/images from dist/gatehouse, on an embedded database with the same user each time.
 * The text of times is replaced, so that only a change of a page, or of the fonts of the machine, changes an image.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import type { Page } from "playwright-core";

import { addAuthenticator, startBrowser } from "../tests/support/browser.ts";
import { startGatehouse } from "../tests/support/executable.ts";
import { createMigratedHome } from "../tests/support/executable-home.ts";
import { findSparePort } from "../tests/support/spare-port.ts";
import {
  enterPassword,
  follow,
  heading,
  openMail,
  press,
  register,
  turnOnSecondFactor,
} from "../tests/support/visitor.ts";

const directory = join(import.meta.dir, "../docs/images");
const email = "ada@example.com";

const formats = {
  light: {
    viewport: { width: 1280, height: 960 },
    userAgent:
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
  },
  phone: {
    viewport: { width: 390, height: 844 },
    userAgent:
      "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1",
  },
};

const steady = `for (const time of document.querySelectorAll("time")) time.textContent = "Mar 4, 2026, 5:06 AM UTC";
  for (const code of document.querySelectorAll("code"))
    if (code.textContent.includes("localhost:")) code.textContent = code.textContent.replaceAll(/localhost:[0-9]+/g, "localhost:8000");
  document.activeElement?.blur();`;

await using home = await createMigratedHome("embedded");
const port = await findSparePort();
const origin = `http://localhost:${port}`;
await using _server = await startGatehouse({
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
const browser = await startBrowser();
const recoveryCodes: string[] = [];
await mkdir(directory, { recursive: true });
try {
  await createUser();
  await takeImages("phone");
  await takeImages("light");
} finally {
  await browser.close();
}

/** A user with everything on. The authenticator of the passkey is gone with its page. */
async function createUser(): Promise<void> {
  const page = await openPage("light");
  await register(page, email);
  const mail = await openMail(page, email);
  await mail.getByRole("link", { name: "Confirm e-mail address" }).click();
  await press(page, "Confirm e-mail address");
  await follow(page, "Sign in");
  await enterPassword(page, email);
  await page.getByLabel("Name", { exact: true }).fill("Ada Lovelace");
  await page.getByLabel("Username").fill("ada");
  await press(page, "Save profile");
  await addAuthenticator(page);
  await page.getByLabel("Name of the passkey").fill("Laptop");
  await press(page, "Add passkey");
  await page.getByText("The passkey has been added.").waitFor();
  recoveryCodes.push(...(await turnOnSecondFactor(page)).recoveryCodes);
  await page.context().close();
}

async function takeImages(format: keyof typeof formats): Promise<void> {
  const page = await openPage(format);
  const take = async (name: string): Promise<void> => {
    await page.evaluate(steady);
    await page.screenshot({ path: join(directory, `${name}-${format}.png`) });
  };
  if (format === "light") {
    await page.goto("/docs");
    await page.getByRole("button", { name: "Authorize" }).first().waitFor();
    await take("docs");
  }
  await page.goto("/sign-up");
  await take("sign-up");
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Sign in with a passkey" }).waitFor();
  await take("sign-in");
  await enterPassword(page, email);
  await heading(page, "Two-factor authentication");
  await take("second-factor");
  await page.getByLabel("Code or recovery code").fill(recoveryCodes.pop() ?? "");
  await press(page, "Sign in");
  await heading(page, "Your account");
  await page.evaluate(`document.querySelector("#second-factor").scrollIntoView()`);
  await take("account");
  await page.context().close();
}

async function openPage(format: keyof typeof formats): Promise<Page> {
  const context = await browser.newContext({ ...formats[format], baseURL: origin });
  return context.newPage();
}
