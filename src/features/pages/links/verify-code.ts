import { codeForm, codeTexts } from "../kit/code-form.ts";
import { alert, paragraph } from "../kit/forms.ts";
import { renderPage } from "../kit/layout.ts";
import type { Reader } from "../kit/page-request.ts";
import { sharedTexts } from "../kit/shared-texts.ts";
import { mailForm } from "./new-mail.ts";
import { verifyCodePath, verifyMailPath } from "./paths.ts";
import { verifyCodeTexts } from "./verify-code-texts.ts";

/** The page for a code that verifies an address, with a form for a new mail. */
export function verifyCodePage(
  reader: Reader,
  page: {
    /** The path at which it is shown: that of the form if left out. */
    readonly at?: string;
    /** "Enter the code" if left out. */
    readonly title?: string;
    readonly text?: string;
    readonly email: string;
    readonly returnTo: string | null;
    readonly faultyField?: "address" | "code" | undefined;
    readonly alert?: string | null;
  },
): string {
  const { at = verifyCodePath, email, returnTo, faultyField } = page;
  const texts = verifyCodeTexts[reader.language];
  const form = { at, to: verifyCodePath, email, returnTo, faultyField, button: texts.button };
  return renderPage(reader, {
    title: page.title ?? codeTexts[reader.language].title,
    body: [
      ...(page.alert ? [alert(page.alert)] : []),
      paragraph(page.text ?? texts.text),
      codeForm(reader, form),
      ...(reader.sendsMail
        ? [
            `<h2>${sharedTexts[reader.language].newMail}</h2>`,
            mailForm(reader, { at, to: verifyMailPath, id: "mail-email", email, returnTo }),
          ]
        : []),
    ].join("\n"),
  });
}
