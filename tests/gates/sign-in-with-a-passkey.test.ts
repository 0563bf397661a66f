import { beforeAll, expect, test } from "bun:test";

import type { Browser, Page } from "playwright-core";

import {
  addAuthenticator,
  type Authenticator,
  describeInBrowser,
  openBrowser,
  openWatchedPage,
} from "../support/browser.ts";
import { signUp } from "../support/journey.ts";
import { signUpWithFactor } from "../support/second-factor.ts";
import { useTestApp } from "../support/test-app.ts";

const timeoutMilliseconds = 120_000;

describeInBrowser("signing in with a passkey on the pages", () => {
  let browser: Browser;
  const app = useTestApp({ servesPublicUrl: true });
  const origin = (): string => app.platform.settings.publicUrl;

  beforeAll(async () => {
    browser = await openBrowser();
    app.defer(() => browser.close());
  }, timeoutMilliseconds);

  /** A page in a browser with an authenticator that verifies its user, and what the test does to it. */
  async function withAuthenticator(
    { hasAutofill }: { readonly hasAutofill: boolean },
    visit: (page: Page, authenticator: Authenticator) => Promise<void>,
    allowed = /^$/,
  ): Promise<void> {
    const watched = await openWatchedPage(browser, origin());
    const { page } = watched;
    if (!hasAutofill) {
      await page.addInitScript(
        "PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false)",
      );
    }
    const authenticator = await addAuthenticator(page);
    try {
      await visit(page, authenticator);
      await watched.settle();
      expect(watched.problems.filter((problem) => !allowed.test(problem))).toEqual([]);
    } finally {
      await watched.close();
    }
  }

  /** Adds a passkey of the authenticator to the account of a token, on a page that is open. */
  async function addPasskey(page: Page, bearer: string): Promise<void> {
    const status: unknown = await page.evaluate(`(async () => {
      const post = (path, json) => fetch("/api/v1/auth/passkeys/register" + path, {
        method: "POST",
        headers: { authorization: "Bearer ${bearer}", "content-type": "application/json" },
        body: json && JSON.stringify(json),
      });
      const { data } = await (await post("/options")).json();
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(data);
      const credential = await navigator.credentials.create({ publicKey });
      const answer = await post("/verify", credential.toJSON());
      await answer.text();
      return answer.status;
    })()`);
    expect(status).toBe(201);
  }

  const signedInAs = (page: Page, email: string): Promise<void> =>
    page.getByText(`You are signed in as ${email}.`).waitFor();

  test(
    "the button signs in with a browser session, and shows no token",
    () =>
      withAuthenticator({ hasAutofill: false }, async (page) => {
        const { email, accessToken } = await signUp(app);
        await page.goto(`${origin()}/sign-in?return_to=/sign-out`);
        await addPasskey(page, accessToken);
        await page.getByRole("button", { name: "Sign in with a passkey" }).click();
        await signedInAs(page, email);
        const cookies = await page.context().cookies();
        expect(cookies.find(({ name }) => name === "gatehouse_session")).toMatchObject({
          httpOnly: true,
          sameSite: "Lax",
        });
        expect(await page.evaluate("document.cookie")).toBe("");
      }),
    timeoutMilliseconds,
  );

  test(
    "the browser offers the passkey in the field for the address, without the button",
    () =>
      withAuthenticator({ hasAutofill: true }, async (page) => {
        const { email, accessToken } = await signUp(app);
        await page.goto(`${origin()}/sign-in?prompt=login`);
        await addPasskey(page, accessToken);
        await page.goto(`${origin()}/sign-in?return_to=/sign-out`);
        await signedInAs(page, email);
      }),
    timeoutMilliseconds,
  );

  test(
    "a user who cancels is told so, and can try again",
    () =>
      withAuthenticator({ hasAutofill: false }, async (page, authenticator) => {
        const { email, accessToken } = await signUp(app);
        await page.goto(`${origin()}/sign-in?return_to=/sign-out`);
        await addPasskey(page, accessToken);
        await authenticator.verifiesUser(false);
        const button = page.getByRole("button", { name: "Sign in with a passkey" });
        await button.click();
        await page.getByText("The passkey was not used.").waitFor();
        await authenticator.verifiesUser(true);
        await button.click();
        await signedInAs(page, email);
      }),
    timeoutMilliseconds,
  );

  // security 82: the passkey is two factors in one
  test(
    "a passkey takes the place of the code of the second factor",
    () =>
      withAuthenticator({ hasAutofill: false }, async (page) => {
        const { userId, email, password, accessToken } = await signUpWithFactor(app);
        // As if the session had been opened with the second factor, which a new passkey needs.
        await app.rows(`update sessions set amr = '{pwd,otp,mfa}' where user_id = '${userId}'`);
        await page.goto(`${origin()}/sign-in?return_to=/sign-out`);
        await addPasskey(page, accessToken);
        await page.getByLabel("E-mail address or username").fill(email);
        await page.getByLabel("Password", { exact: true }).fill(password);
        await page.getByRole("button", { name: "Sign in", exact: true }).click();
        await page.getByRole("button", { name: "Use a passkey instead" }).click();
        await signedInAs(page, email);
      }),
    timeoutMilliseconds,
  );

  test(
    "a passkey that was removed is refused with a sentence, and the other ways are still there",
    () =>
      withAuthenticator(
        { hasAutofill: false },
        async (page) => {
          const { userId, accessToken } = await signUp(app);
          await page.goto(`${origin()}/sign-in`);
          await addPasskey(page, accessToken);
          await app.rows(`delete from passkeys where user_id = '${userId}'`);
          await page.getByRole("button", { name: "Sign in with a passkey" }).click();
          await page.getByText("This passkey is not accepted.").waitFor();
          await page.getByLabel("Password", { exact: true }).waitFor();
        },
        /^console error: Failed to load resource: .* 401 /,
      ),
    timeoutMilliseconds,
  );
});
