import { requestMagicLink } from "../../magic-links/index.ts";
import { codeForm, codeTexts } from "../kit/code-form.ts";
import { alert, paragraph } from "../kit/forms.ts";
import { renderPage } from "../kit/layout.ts";
import type { Reader } from "../kit/page-request.ts";
import { sharedTexts } from "../kit/shared-texts.ts";
import { linkButton } from "../kit/way-on.ts";
import type { ShownLink } from "./link-page.ts";
import { magicLinkTexts } from "./magic-link-texts.ts";
import { mailboxPage, type MailForm, mailForm, type NewMail } from "./new-mail.ts";
import { magicCodePath, magicLinkMailPath, magicLinkPath } from "./paths.ts";

/** The form for a mail with a link and a code to sign in. */
export const magicLinkMail = {
  path: magicLinkMailPath,
  request: requestMagicLink,
  sentPage(reader, { email, returnTo }) {
    const { sentText, button } = magicLinkTexts[reader.language];
    const form = { at: magicLinkMailPath, to: magicCodePath, email, returnTo, button };
    return mailboxPage(reader, `${paragraph(sentText)}\n${codeForm(reader, form)}`);
  },
  formPage: requestPage,
  keepsReturnTo: true,
} as const satisfies NewMail;

/** The page that signs in by a link. */
export const magicLinkPage = {
  path: magicLinkPath,
  texts: magicLinkTexts,
  newMailPath: magicLinkMailPath,
  startPage: (reader, returnTo) =>
    requestPage(reader, { at: magicLinkPath, to: magicLinkMailPath, returnTo }),
} as const satisfies ShownLink;

/** The page for a link that was used, in a browser that is signed in. `target` is where the sign-in led. */
export function signedInPage(reader: Reader, target: string): string {
  const { title, text, button } = magicLinkTexts[reader.language].signedIn;
  return renderPage(reader, { title, body: `${paragraph(text)}\n${linkButton(target, button)}` });
}

/** The page that requests a mail or takes the code of one. */
function requestPage(reader: Reader, form: MailForm): string {
  const { title, requestText, requestButton, button } = magicLinkTexts[reader.language];
  const { at, returnTo = null } = form;
  return renderPage(reader, {
    title,
    body: [
      paragraph(requestText),
      mailForm(reader, { ...form, button: requestButton }),
      `<h2>${codeTexts[reader.language].title}</h2>`,
      codeForm(reader, { at, to: magicCodePath, id: "code-email", email: "", returnTo, button }),
    ].join("\n"),
  });
}

/** The page for a code to be entered, with the address that was entered before and a form for a new mail. */
export function codePage(
  reader: Reader,
  page: {
    /** The path at which it is shown: that of the form for the code if left out. */
    readonly at?: string;
    readonly email: string;
    readonly returnTo: string | null;
    readonly faultyField?: "address" | "code" | undefined;
    readonly alert?: string | null;
  },
): string {
  const { at = magicCodePath, email, returnTo, faultyField } = page;
  const { button } = magicLinkTexts[reader.language];
  const form = { at, to: magicCodePath, email, returnTo, faultyField, button };
  return renderPage(reader, {
    title: codeTexts[reader.language].title,
    body: [
      ...(page.alert ? [alert(page.alert)] : []),
      codeForm(reader, form),
      `<h2>${sharedTexts[reader.language].newMail}</h2>`,
      mailForm(reader, { at, to: magicLinkMailPath, id: "mail-email", email, returnTo }),
    ].join("\n"),
  });
}
