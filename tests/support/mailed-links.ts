import { eventually } from "./eventually.ts";
import { freshEmail, goodPassword, logIn, registerVerified, signUp } from "./journey.ts";
import { askForMagicLink } from "./magic-link.ts";
import { mailOfKind } from "./mail-of-kind.ts";
import { askForReset, newPassword } from "./password-reset.ts";
import { formsOf, press, type ShownPage } from "./page-forms.ts";
import type { TestApp } from "./test-app.ts";

/** The kinds of mailed links with a page. */
export const linkKinds = ["verify-email", "magic-link", "reset-password", "change-email"] as const;

/** One of those kinds. */
export type LinkKind = (typeof linkKinds)[number];

/** A mailed link, and the address that it was mailed to. */
export interface MailedLink {
  readonly email: string;
  readonly link: string;
  readonly token: string;
  readonly code: string;
}

/** Requests a mail for a new user and returns its link, after every mail was sent. */
export async function getLink(app: TestApp, kind: LinkKind): Promise<MailedLink> {
  const mailed = await ask[kind](app);
  await eventually(
    () => app.rows("select id from outbox where delivered_at is null"),
    (rows) => rows.length === 0,
  );
  return mailed;
}

const ask: Record<LinkKind, (app: TestApp) => Promise<MailedLink>> = {
  async "verify-email"(app) {
    const email = freshEmail();
    await app.post("/api/v1/auth/register", { email, password: goodPassword });
    return { email, ...(await mailOfKind(app, "verify-email", email)) };
  },
  async "magic-link"(app) {
    const { email } = await registerVerified(app);
    return { email, ...(await askForMagicLink(app, email)) };
  },
  async "reset-password"(app) {
    const { email } = await registerVerified(app);
    await askForReset(app, email);
    return { email, ...(await mailOfKind(app, "reset-password", email)) };
  },
  async "change-email"(app) {
    const { accessToken } = await signUp(app);
    const email = freshEmail();
    const change = { new_email: email, password: goodPassword };
    const asked = await app.post("/api/v1/auth/email/change", change, { bearer: accessToken });
    if (asked.status !== 202) throw new Error(`change: ${asked.status} ${asked.text}`);
    return { email, ...(await mailOfKind(app, "change-email", email)) };
  },
};

/** The heading of the last page of each link; a sign-in leads to the account. */
export const doneHeadings: Readonly<Record<LinkKind, string>> = {
  "verify-email": "Your e-mail address is confirmed",
  "magic-link": "http://localhost:8000/account",
  "reset-password": "Your password has been changed",
  "change-email": "Your e-mail address has been changed",
};

/** Fills in the form of a page and presses its button. */
export function pressItsButton(
  app: Pick<TestApp, "call">,
  page: ShownPage,
  headers: Record<string, string> = {},
): Promise<ShownPage> {
  const [form] = formsOf(page.text);
  const entered: Record<string, string> =
    form && "password" in form.fields
      ? { password: newPassword, password_confirmation: newPassword }
      : {};
  return press(app, page, form?.button ?? "", { entered, headers });
}

/** Whether the owner of an address can sign in, with the password that the page has set or with the first one. */
export async function canSignIn(app: TestApp, kind: LinkKind, email: string): Promise<boolean> {
  const password = kind === "reset-password" ? newPassword : goodPassword;
  return (await logIn(app, { email, password })).status === 200;
}
