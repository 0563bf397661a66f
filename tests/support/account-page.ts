import type { HttpBrowser, Page } from "./http-browser.ts";
import { registerVerified } from "./journey.ts";
import { askForMagicLink } from "./magic-link.ts";
import { formsOf, pathFrom } from "./page-forms.ts";
import { createSocialBrowser } from "./social-sign-in.ts";
import type { TestApp } from "./test-app.ts";

/** The origin that users reach the test application at. */
const origin = "http://localhost:8000";

/** A user and a browser without scripts in which they are signed in. */
export interface AccountUser {
  readonly userId: string;
  readonly email: string;
  readonly password: string;
  readonly browser: HttpBrowser;
}

/** Opens a page of the test application by its path. */
export function openPath(browser: HttpBrowser, path: string): Promise<Page> {
  return browser.open(`${origin}${path}`);
}

/** Presses the button of a page, with its hidden fields; of several with this text the one whose form has these hidden values. */
export function pressOn(
  browser: HttpBrowser,
  page: Page,
  button: string,
  {
    entered = {},
    hidden = {},
    stopAt,
  }: {
    entered?: Readonly<Record<string, string>>;
    hidden?: Readonly<Record<string, string>>;
    stopAt?: string;
  } = {},
): Promise<Page> {
  const form = formsOf(page.text).find(
    (found) =>
      found.button === button &&
      Object.entries(hidden).every(([name, value]) => found.fields[name] === value),
  );
  if (!form) throw new Error(`no button "${button}" on the page: ${page.status} ${page.text}`);
  const to = `${origin}${pathFrom(page.url.pathname, form.action)}`;
  return browser.open(to, {
    method: "POST",
    form: { ...form.fields, ...entered },
    from: page,
    ...(stopAt === undefined ? {} : { stopAt }),
  });
}

/** Signs a user in in a new browser, by a mailed link. */
export async function signInAgain(
  app: TestApp,
  { email }: { readonly email: string },
  count = 1,
): Promise<HttpBrowser> {
  const browser = createSocialBrowser(() => app);
  const { link } = await askForMagicLink(app, email, count);
  const page = await browser.open(link);
  const signedIn = await pressOn(browser, page, "Sign in");
  if (signedIn.status !== 200) throw new Error(`sign-in: ${signedIn.status} ${signedIn.text}`);
  return browser;
}

/** A new user in a browser of their own. */
export async function signUpToAccount(
  app: TestApp,
  details: { username?: string; name?: string } = {},
): Promise<AccountUser> {
  const user = await registerVerified(app, details);
  return { ...user, browser: await signInAgain(app, user) };
}

/** The report of the account page about what was done or failed; empty without one. */
export function reportOf({ text }: Page): string {
  return /<p class="(?:done" role="status|fault" role="alert)">([^<]*)</.exec(text)?.[1] ?? "";
}

/** The faults of the fields of a page. */
export function faultsOf({ text }: Page): string[] {
  return [...text.matchAll(/<p class="fault" id="[\w-]+">([^<]*)</g)].map(
    ([, fault = ""]) => fault,
  );
}

/** The statuses of the way to a page, and its own. */
export function wayTo({ visited, status, url }: Page): [number, number, string] {
  return [visited.length, status, `${url.pathname}${url.search}${url.hash}`];
}
