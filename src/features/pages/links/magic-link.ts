import type { RefreshCookie } from "../../../platform/http/refresh-cookie.ts";
import { requestMagicLink, signInByLink } from "../../magic-links/index.ts";
import { alert, paragraph, renderField, renderForm } from "../kit/forms.ts";
import { renderPage } from "../kit/layout.ts";
import type { LinkPage } from "./link-page.ts";
import { magicLinkTexts } from "./magic-link-texts.ts";
import { emailField, mailboxPage, type MailForm, mailForm, type NewMail } from "./new-mail.ts";
import type { Reader } from "../kit/page-request.ts";
import { mfaTokenOf, secondFactorPage } from "./second-factor.ts";
import { sharedTexts } from "../kit/shared-texts.ts";

const path = "/magic-link";

/** The path that an address and a code are posted to. */
export const magicCodePath = "/magic-link/code";

/** The form for a mail with a link and a code to sign in. */
export const magicLinkMail = {
  path: "/magic-link/resend",
  request: requestMagicLink,
  sentPage(reader, email) {
    const { sentText } = magicLinkTexts[reader.language];
    const form = codeForm(reader, { at: "/magic-link/resend", email });
    return mailboxPage(reader, `${paragraph(sentText)}\n${form}`);
  },
  formPage: requestPage,
} as const satisfies NewMail;

/** The page that signs in by a link. */
export function magicLinkPage(cookie: RefreshCookie) {
  return {
    path,
    texts: magicLinkTexts,
    async confirm({ ctx, reader, form, headers }) {
      cookie.deliver(headers, await signInByLink(ctx, form["token"] ?? ""));
      return signedInBody(reader);
    },
    otherBrowserPage: (reader) =>
      codePage(reader, {
        at: path,
        email: "",
        alert: magicLinkTexts[reader.language].otherBrowser,
      }),
    secondFactorPage: (reader, error) =>
      secondFactorPage(reader, { at: path, mfaToken: mfaTokenOf(error) }),
    newMailPath: magicLinkMail.path,
    startPage: (reader) => requestPage(reader, { at: path, to: magicLinkMail.path }),
  } as const satisfies LinkPage;
}

/** The page that requests a mail or takes the code of one. */
function requestPage(reader: Reader, form: MailForm): string {
  const texts = magicLinkTexts[reader.language];
  return renderPage(reader, {
    title: texts.title,
    body: [
      paragraph(texts.requestText),
      mailForm(reader, { ...form, button: texts.requestButton }),
      `<h2>${texts.codeTitle}</h2>`,
      codeForm(reader, { at: form.at, id: "code-email", email: "" }),
    ].join("\n"),
  });
}

/** The page for a code to be entered, with the address that was entered before and a form for a new mail. */
export function codePage(
  reader: Reader,
  page: {
    /** The path of the page: that of the form for the code if left out. */
    readonly at?: string;
    readonly email: string;
    readonly faultyField?: "address" | "code";
    readonly alert?: string;
  },
): string {
  const { at = magicCodePath, email, faultyField } = page;
  return renderPage(reader, {
    title: magicLinkTexts[reader.language].codeTitle,
    body: [
      ...(page.alert === undefined ? [] : [alert(page.alert)]),
      codeForm(reader, { at, email, faultyField }),
      `<h2>${sharedTexts[reader.language].newMail}</h2>`,
      mailForm(reader, { at, to: magicLinkMail.path, id: "mail-email", email }),
    ].join("\n"),
  });
}

/** The HTML of the page after a sign-in. */
export function signedInBody({ language }: Reader): string {
  const { doneText, account } = magicLinkTexts[language];
  return `${paragraph(doneText)}\n<p><a href="/account">${Bun.escapeHTML(account)}</a></p>`;
}

interface CodeForm {
  readonly at: string;
  readonly id?: string;
  readonly email: string;
  readonly faultyField?: "address" | "code" | undefined;
}

function codeForm({ language }: Reader, { at, id, email, faultyField }: CodeForm): string {
  const texts = magicLinkTexts[language];
  const code = renderField({
    name: "code",
    label: texts.code,
    type: "text",
    autocomplete: "one-time-code",
    attributes: 'inputmode="numeric" spellcheck="false"',
    faults: faultyField === "code" ? [texts.codeFault] : [],
  });
  const address = emailField(language, { id, email, isFaulty: faultyField === "address" });
  return renderForm({ at, to: magicCodePath, fields: `${address}\n${code}`, button: texts.button });
}
