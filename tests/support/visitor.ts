import type { FrameLocator, Locator, Page } from "playwright-core";

import { eventually } from "./eventually.ts";
import { goodPassword } from "./journey.ts";
import { authenticatorApp, type TwoFactorUser } from "./second-factor.ts";

/** What a user has of their second factor. */
type SecondFactor = Pick<TwoFactorUser, "authenticator" | "recoveryCodes">;

/** Presses the button with exactly this text. */
export const press = (page: Page, name: string): Promise<void> =>
  page.getByRole("button", { name, exact: true }).click();
/** Opens the link with exactly this text. */
export const follow = (page: Page, name: string): Promise<void> =>
  page.getByRole("link", { name, exact: true }).click();
/** Waits for the heading. */
export const heading = (page: Page, name: string): Promise<void> =>
  page.getByRole("heading", { name, exact: true }).waitFor();
/** Waits for the account page of a user without a name. */
export const isSignedIn = (page: Page, email: string): Promise<void> =>
  page.getByText(`Signed in as ${email}.`).waitFor();

/** Registers, from the start page to the page after the registration. The context has the origin as its `baseURL`. */
export async function register(page: Page, email: string): Promise<void> {
  await page.goto("/");
  await page.getByRole("link", { name: /^Sign in/ }).click();
  await follow(page, "Create an account");
  await fillSignUp(page, email);
}

/** Fills in the page for signing up, and sends it. */
export async function fillSignUp(page: Page, email: string): Promise<void> {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(goodPassword);
  await page.getByLabel("Repeat password").fill(goodPassword);
  await press(page, "Create account");
  await heading(page, "Check your mailbox");
}

/** Opens the newest mail to the address, from the start page. The mail itself is in the frame that it returns. */
export async function openMail(
  page: Page,
  email: string,
  open = (link: Locator): Promise<void> => link.click(),
): Promise<FrameLocator> {
  await page.goto("/");
  await open(page.getByRole("link", { name: /^Mails/ }));
  await page.waitForURL("**/dev/mail");
  const item = page.locator("li", { hasText: email }).first();
  await eventually(
    async () => (await item.count()) > 0 || !(await page.reload()),
    (isThere) => isThere,
  );
  await open(item.getByRole("link"));
  return page.frameLocator("iframe.mail");
}

/** Fills in the page for signing in, and presses its first button. */
export async function enterPassword(page: Page, email: string): Promise<void> {
  await page.getByLabel("E-mail address or username").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(goodPassword);
  await press(page, "Sign in");
}

/** Signs out on the account page, and leads to the page for signing in. */
export async function signOut(page: Page): Promise<void> {
  await press(page, "Sign out");
  await heading(page, "You are signed out");
  await follow(page, "Sign in");
}

/** Turns the second factor on, on the account page. The code of the next time step is left for a sign-in. */
export async function turnOnSecondFactor(page: Page): Promise<SecondFactor> {
  await page.locator("summary", { hasText: "Set up two-factor authentication" }).click();
  await page.locator("#set-up-password").fill(goodPassword);
  await press(page, "Set up");
  await page.getByRole("img", { name: "QR code for the authenticator app" }).waitFor();
  const secret = (await page.locator(".secret").innerText()).replaceAll(" ", "");
  const authenticator = authenticatorApp(secret);
  await page.getByLabel("Code of your authenticator app").fill(authenticator.code());
  await press(page, "Turn on");
  await heading(page, "Two-factor authentication is on");
  const recoveryCodes = await page.locator(".codes li").allInnerTexts();
  await follow(page, "I have kept the codes");
  return { authenticator, recoveryCodes };
}
