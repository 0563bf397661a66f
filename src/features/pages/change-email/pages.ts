import { alert, note, paragraph, renderForm, tokenField } from "../forms.ts";
import type { Reader } from "../language.ts";
import { renderPage } from "../layout.ts";
import { faultTitle } from "../mail-form.ts";
import { sharedTexts } from "../shared-texts.ts";
import { changeEmailTexts, type ChangeFault } from "./texts.ts";

/** Where the link in the mail leads and its button posts to. */
export const changeEmailPath = "/change-email";

/** The page behind the link in a mail, with its token as it was received; `isRepeated` when it was pressed in vain. */
export function confirmPage(
  reader: Reader,
  { token, isRepeated = false }: { readonly token: string; readonly isRepeated?: boolean },
): string {
  const texts = changeEmailTexts[reader.language];
  return renderPage(reader, {
    title: texts.title,
    body: [
      ...(isRepeated ? [alert(sharedTexts[reader.language].away)] : []),
      paragraph(texts.text),
      renderForm({
        at: changeEmailPath,
        to: changeEmailPath,
        fields: tokenField(token),
        button: texts.button,
      }),
      note(texts.note),
    ].join("\n"),
  });
}

/** The answer when the address is changed. */
export function changedPage(reader: Reader): string {
  const { doneTitle, doneText } = changeEmailTexts[reader.language];
  return renderPage(reader, { title: doneTitle, body: paragraph(doneText) });
}

/** The answer when it is not. Who wants another link has to ask where she is signed in. */
export function failedPage(reader: Reader, fault: ChangeFault): string {
  const { takenTitle, faults } = changeEmailTexts[reader.language];
  return renderPage(reader, {
    title: fault === "taken" ? takenTitle : faultTitle(reader, fault),
    body: paragraph(faults[fault]),
  });
}
