import type { FieldFault } from "../../../kernel/errors.ts";
import type { Settings } from "../../../platform/config/settings.ts";
import { alert, paragraph, renderField, renderForm, tokenField } from "../forms.ts";
import type { Reader } from "../language.ts";
import { renderPage } from "../layout.ts";
import { faultTitle, mailboxPage, mailForm } from "../mail-form.ts";
import type { LinkFault } from "../press-button.ts";
import { sharedTexts } from "../shared-texts.ts";
import { translateFault } from "./password-faults.ts";
import { passwordHint } from "./password-rules.ts";
import { resetPasswordTexts } from "./texts.ts";

/** Where the link in the mail leads and its form posts to. */
export const resetPasswordPath = "/reset-password";

/** Where one posts to for a mail. */
export const askResetPath = "/reset-password/resend";

/** What the page with the form needs: the token of the link, as it was received, and what came of the last try. */
export interface ChoosePage {
  readonly token: string;
  readonly rules: Pick<Settings, "passwordMinLength" | "passwordRequire">;
  /** What was wrong with the password. */
  readonly faults?: readonly FieldFault[];
  /** Whether it was posted in vain: the service was away. */
  readonly isRepeated?: boolean;
}

/** The page behind the link in a mail, to choose a password on. What was entered is never in it. */
export function choosePage(reader: Reader, page: ChoosePage): string {
  const { language } = reader;
  const texts = resetPasswordTexts[language];
  const { faults = [], isRepeated = false } = page;
  const faultsOf = (field: string): string[] =>
    faults
      .filter((fault) => fault.field === field)
      .map(({ issue }) => translateFault(language, issue));
  const shared = { type: "password", autocomplete: "new-password" } as const;
  const fields = [
    tokenField(page.token),
    renderField({
      ...shared,
      name: "password",
      label: texts.password,
      hint: passwordHint(language, page.rules),
      faults: faultsOf("password"),
    }),
    renderField({
      ...shared,
      name: "password_confirmation",
      label: texts.confirmation,
      faults: faultsOf("password_confirmation"),
    }),
  ].join("\n");
  const form = { at: resetPasswordPath, to: resetPasswordPath, fields, button: texts.button };
  return renderPage(reader, {
    title: texts.title,
    body: `${isRepeated ? `${alert(sharedTexts[language].away)}\n` : ""}${renderForm(form)}`,
  });
}

/** The answer when the password is changed. Nobody is signed in by it. */
export function changedPage(reader: Reader): string {
  const { doneTitle, doneText } = resetPasswordTexts[reader.language];
  return renderPage(reader, { title: doneTitle, body: paragraph(doneText) });
}

/** The answer to a link that does not work, with a form for a new mail. */
export function failedPage(reader: Reader, fault: LinkFault): string {
  const { faults } = resetPasswordTexts[reader.language];
  return renderPage(reader, {
    title: faultTitle(reader, fault),
    body: `${paragraph(faults[fault])}
${mailForm(reader, { at: resetPasswordPath, to: askResetPath })}`,
  });
}

/** The page to ask for a mail on. */
export function askPage(reader: Reader): string {
  const { askTitle, askText, askButton } = resetPasswordTexts[reader.language];
  return renderPage(reader, {
    title: askTitle,
    body: `${paragraph(askText)}
${mailForm(reader, { at: resetPasswordPath, to: askResetPath, button: askButton })}`,
  });
}

/** The answer to that form: the same whether there is such an account or not. */
export function askedPage(reader: Reader): string {
  return mailboxPage(reader, resetPasswordTexts[reader.language].mailboxText);
}
