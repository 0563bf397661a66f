import { alert, note, paragraph, renderForm, tokenField } from "../forms.ts";
import type { Reader } from "../language.ts";
import { renderPage } from "../layout.ts";
import { faultTitle, mailboxPage, mailForm } from "../mail-form.ts";
import type { LinkFault } from "../press-button.ts";
import { sharedTexts } from "../shared-texts.ts";
import { verifyEmailTexts } from "./texts.ts";

/** Where the link in the mail leads and its button posts to. */
export const verifyEmailPath = "/verify-email";

/** Where one posts to for a new mail. */
export const resendVerificationPath = "/verify-email/resend";

/** The page behind the link in a mail, with its token as it was received; `isRepeated` when it was pressed in vain. */
export function confirmPage(
  reader: Reader,
  { token, isRepeated = false }: { readonly token: string; readonly isRepeated?: boolean },
): string {
  const texts = verifyEmailTexts[reader.language];
  return renderPage(reader, {
    title: texts.title,
    body: [
      ...(isRepeated ? [alert(sharedTexts[reader.language].away)] : []),
      paragraph(texts.text),
      renderForm({
        at: verifyEmailPath,
        to: verifyEmailPath,
        fields: tokenField(token),
        button: texts.button,
      }),
      note(texts.note),
    ].join("\n"),
  });
}

/** The answer when the address is confirmed. */
export function confirmedPage(reader: Reader): string {
  const { doneTitle, doneText } = verifyEmailTexts[reader.language];
  return renderPage(reader, { title: doneTitle, body: paragraph(doneText) });
}

/** The answer to a link that does not work, with a form for a new mail. */
export function failedPage(reader: Reader, fault: LinkFault): string {
  const { faults } = verifyEmailTexts[reader.language];
  return renderPage(reader, {
    title: faultTitle(reader, fault),
    body: `${paragraph(faults[fault])}
${mailForm(reader, { at: verifyEmailPath, to: resendVerificationPath })}`,
  });
}

/** The answer to the form for a new mail: the same whether there is such an account or not. */
export function resentPage(reader: Reader): string {
  return mailboxPage(reader, verifyEmailTexts[reader.language].mailboxText);
}
