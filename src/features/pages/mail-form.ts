import { alert, paragraph, renderField, renderForm } from "./forms.ts";
import type { Language, Reader } from "./language.ts";
import { renderPage } from "./layout.ts";
import type { AskFault, LinkFault } from "./press-button.ts";
import { sharedTexts } from "./shared-texts.ts";

/** A form that asks for a new mail: where it is shown and where it posts the field `email` to. */
export interface MailForm {
  readonly at: string;
  readonly to: string;
  /** What stands in it already. */
  readonly email?: string;
  readonly fault?: AskFault;
  /** Its button, if it says something else than "Send a new mail". */
  readonly button?: string;
  /** Unique on its page; `email` when left out. */
  readonly id?: string;
}

/** The form that asks for a mail, as HTML. */
export function mailForm({ language }: Reader, form: MailForm): string {
  const texts = sharedTexts[language];
  const { at, to, id, email = "", fault, button = texts.sendMail } = form;
  const fields = emailField(language, { id, email, isFaulty: fault === "address" });
  return `${fault === "away" ? `${alert(texts.away)}\n` : ""}${renderForm({ at, to, fields, button })}`;
}

/** The field for an address, as HTML. */
export function emailField(
  language: Language,
  field: {
    readonly id?: string | undefined;
    readonly email: string;
    readonly isFaulty: boolean;
  },
): string {
  const texts = sharedTexts[language];
  return renderField({
    id: field.id,
    name: "email",
    label: texts.email,
    type: "email",
    autocomplete: "email",
    attributes: 'maxlength="254"',
    value: field.email,
    faults: field.isFaulty ? [texts.notAnAddress] : [],
  });
}

/** The answer to a form for a new mail when it must be sent again, with what was entered. */
export function askAgainPage(reader: Reader, form: MailForm): string {
  const { newMail } = sharedTexts[reader.language];
  return renderPage(reader, { title: newMail, body: mailForm(reader, form) });
}

/** The answer to a form for a new mail: the same whether there is such an account or not. */
export function mailboxPage(reader: Reader, text: string): string {
  const { mailbox } = sharedTexts[reader.language];
  return renderPage(reader, { title: mailbox, body: paragraph(text) });
}

/** The title of the answer to a link that does not work. */
export function faultTitle({ language }: Reader, fault: LinkFault): string {
  const { linkExpired, linkInvalid } = sharedTexts[language];
  return fault === "expired" ? linkExpired : linkInvalid;
}
