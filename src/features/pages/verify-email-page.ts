import { renderPage } from "./layout.ts";

/** Where the link in the mail leads and its button posts to. */
export const VERIFY_EMAIL_PATH = "/verify-email";

/** Where one posts to for a new mail. Answer with `resentPage` or `resendPage`, never with `failedPage`: form targets are relative. */
export const RESEND_VERIFICATION_PATH = "/verify-email/resend";

/** A page that only needs to say whose it is. */
export interface PageInput {
  readonly serviceName: string;
}

/** What the page with the button needs: the token of the link, as it was received. */
export interface ConfirmPageInput extends PageInput {
  readonly token: string;
  /** Whether it was pressed in vain: the service was away. */
  readonly isRepeated?: boolean;
}

/** The page behind the link in a mail. Showing it changes nothing; its button posts the form field `token` to `/verify-email`. */
export function confirmPage(input: ConfirmPageInput): string {
  return renderPage({
    title: "Confirm your e-mail address",
    serviceName: input.serviceName,
    body: `${input.isRepeated ? AWAY : ""}<p>Press the button to confirm that this e-mail address is yours.</p>
<form method="post" action="${VERIFY_EMAIL_ACTION}">
<input type="hidden" name="token" value="${Bun.escapeHTML(input.token)}">
<button type="submit">Confirm e-mail address</button>
</form>
<p class="note">If it was not you who signed up, close this page. Nothing has changed yet.</p>`,
  });
}

/** The answer when the address is confirmed. */
export function donePage(input: PageInput): string {
  return renderPage({
    title: "Your e-mail address is confirmed",
    serviceName: input.serviceName,
    body: "<p>Thank you. You can close this page and sign in.</p>",
  });
}

/** Why a link does not work: `invalid` is unknown, replaced or used, `expired` was good once. */
export type LinkFault = "invalid" | "expired";

const FAULT_TITLES: Readonly<Record<LinkFault, string>> = {
  invalid: "This link does not work",
  expired: "This link has expired",
};

const FAULT_EXPLANATIONS: Readonly<Record<LinkFault, string>> = {
  invalid:
    "It may have been used already, or replaced by a newer one. If you have confirmed your address before, simply sign in.",
  expired: "Links work only for a limited time. Enter your address to get a new one.",
};

/** The answer to a link that does not work, with a form that posts the field `email` to `/verify-email/resend`. */
export function failedPage(input: PageInput & { readonly reason: LinkFault }): string {
  return renderPage({
    title: FAULT_TITLES[input.reason],
    serviceName: input.serviceName,
    body: `<p>${FAULT_EXPLANATIONS[input.reason]}</p>
${resendForm(RESEND_ACTION, "")}`,
  });
}

/** Why a new mail could not be asked for: what was entered is no address, or the service was away. */
export type ResendFault = "address" | "away";

/** The answer to the form for a new mail when it must be sent again, with what was entered. */
export function resendPage(
  input: PageInput & { readonly email: string; readonly reason: ResendFault },
): string {
  return renderPage({
    title: "Get a new mail",
    serviceName: input.serviceName,
    body: `${input.reason === "away" ? AWAY : "<p>This is not a complete e-mail address. Please correct it.</p>\n"}${resendForm(REPEATED_RESEND_ACTION, input.email)}`,
  });
}

/** The answer to the form for a new mail: the same whether there is such an account or not. */
export function resentPage(input: PageInput): string {
  return renderPage({
    title: "Check your mailbox",
    serviceName: input.serviceName,
    body: "<p>If an account with this address is waiting to be confirmed, a new mail is on its way. Please use the newest one you get.</p>",
  });
}

// Relative, so that the forms also work where a proxy serves us below a path of its own.
const VERIFY_EMAIL_ACTION = VERIFY_EMAIL_PATH.slice(1);
const RESEND_ACTION = RESEND_VERIFICATION_PATH.slice(1);
const REPEATED_RESEND_ACTION = RESEND_VERIFICATION_PATH.slice(VERIFY_EMAIL_PATH.length + 1);

const AWAY = "<p>This did not work just now. Please try again in a moment.</p>\n";

function resendForm(action: string, email: string): string {
  return `<form method="post" action="${action}">
<label for="email">E-mail address</label>
<input type="email" id="email" name="email" autocomplete="email" maxlength="254" required value="${Bun.escapeHTML(email)}">
<button type="submit">Send a new mail</button>
</form>`;
}
