import { alert, note, paragraph, renderField, renderForm, tokenField } from "../forms.ts";
import type { Reader } from "../language.ts";
import { renderPage } from "../layout.ts";
import { emailField, faultTitle, mailForm } from "../mail-form.ts";
import type { AskFault, LinkFault } from "../press-button.ts";
import { sharedTexts } from "../shared-texts.ts";
import { magicLinkTexts } from "./texts.ts";

/** Where the link in the mail leads and its button posts to. */
export const magicLinkPath = "/magic-link";

/** Where one posts to for a mail. */
export const askMagicLinkPath = "/magic-link/resend";

/** Where an address and a code are posted to. */
export const magicCodePath = "/magic-link/code";

/** Why a press did nothing: the service was away, or the form was another website's. */
export type PressFault = "away" | "foreign";

/** The page behind the link in a mail, with its token as it was received. */
export function linkPage(
  reader: Reader,
  { token, fault }: { readonly token: string; readonly fault?: PressFault },
): string {
  const texts = magicLinkTexts[reader.language];
  const form = { at: magicLinkPath, to: magicLinkPath, button: texts.button };
  return renderPage(reader, {
    title: texts.title,
    body: [
      ...pressAlert(reader, fault),
      paragraph(texts.text),
      renderForm({ ...form, fields: tokenField(token) }),
      note(texts.note),
    ].join("\n"),
  });
}

/** The page to ask for a mail on; who has one can enter its code. */
export function signInPage(
  reader: Reader,
  page: { readonly at: string; readonly email?: string; readonly fault?: AskFault },
): string {
  const texts = magicLinkTexts[reader.language];
  return renderPage(reader, {
    title: texts.title,
    body: [
      paragraph(texts.askText),
      mailForm(reader, { ...page, to: askMagicLinkPath, button: texts.askButton }),
      `<h2>${texts.codeTitle}</h2>`,
      codeForm(reader, { at: page.at, id: "code-email", email: "" }),
    ].join("\n"),
  });
}

/** The answer to a request for a mail: the same whether there is such an account or not. Its code can be entered here. */
export function askedPage(reader: Reader, email: string): string {
  const { mailboxText } = magicLinkTexts[reader.language];
  return renderPage(reader, {
    title: sharedTexts[reader.language].mailbox,
    body: `${paragraph(mailboxText)}
${codeForm(reader, { at: askMagicLinkPath, email })}`,
  });
}

/** The answer to a code that signed nobody in, with the address that was entered and a form for a new mail. */
export function codePage(
  reader: Reader,
  { email, fault }: { readonly email: string; readonly fault: PressFault | "address" | "code" },
): string {
  const { language } = reader;
  const at = magicCodePath;
  const isPressFault = fault === "away" || fault === "foreign";
  return renderPage(reader, {
    title: magicLinkTexts[language].codeTitle,
    body: [
      ...pressAlert(reader, isPressFault ? fault : undefined),
      codeForm(reader, { at, email, ...(isPressFault ? {} : { faultyField: fault }) }),
      `<h2>${sharedTexts[language].newMail}</h2>`,
      mailForm(reader, { at, to: askMagicLinkPath, id: "mail-email", email }),
    ].join("\n"),
  });
}

/** The answer to a link that does not work, with a form for a new mail. */
export function failedPage(reader: Reader, fault: LinkFault): string {
  return renderPage(reader, {
    title: faultTitle(reader, fault),
    body: `${paragraph(magicLinkTexts[reader.language].faults[fault])}
${mailForm(reader, { at: magicLinkPath, to: askMagicLinkPath })}`,
  });
}

/** The answer when somebody is signed in; with her tokens, unless the browser has got them in its cookie. */
export function signedInPage(
  reader: Reader,
  tokens: { readonly accessToken: string; readonly refreshToken: string } | null,
): string {
  const texts = magicLinkTexts[reader.language];
  const body =
    tokens === null
      ? paragraph(texts.doneText)
      : [
          paragraph(texts.tokensText),
          readOnlyField("access-token", texts.accessToken, tokens.accessToken),
          readOnlyField("refresh-token", texts.refreshToken, tokens.refreshToken),
        ].join("\n");
  return renderPage(reader, { title: texts.doneTitle, body });
}

function pressAlert({ language }: Reader, fault: PressFault | undefined): string[] {
  if (fault === undefined) return [];
  return [alert(fault === "away" ? sharedTexts[language].away : magicLinkTexts[language].foreign)];
}

interface CodeForm {
  readonly at: string;
  readonly id?: string;
  readonly email: string;
  readonly faultyField?: "address" | "code";
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
  const fields = `${emailField(language, { id, email, isFaulty: faultyField === "address" })}\n${code}`;
  return renderForm({ at, to: magicCodePath, fields, button: texts.button });
}

function readOnlyField(id: string, label: string, value: string): string {
  return `<label for="${id}">${Bun.escapeHTML(label)}</label>
<textarea id="${id}" rows="4" readonly spellcheck="false">${Bun.escapeHTML(value)}</textarea>`;
}
