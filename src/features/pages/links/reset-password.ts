import type { AppError } from "../../../kernel/errors.ts";
import type { Language } from "../../../kernel/language.ts";
import {
  passwordFaultsOf,
  passwordFaultText,
  requestPasswordReset,
  resetPassword,
} from "../../passwords/index.ts";
import { paragraph, renderField } from "../kit/forms.ts";
import { renderPage } from "../kit/layout.ts";
import { wayOn } from "../kit/way-on.ts";
import type { LinkPage } from "./link-page.ts";
import { mailboxPage, mailForm, type NewMail } from "./new-mail.ts";
import { passwordFaultTexts, passwordHint, type PasswordSettings } from "./password-texts.ts";
import { resetPasswordTexts } from "./reset-password-texts.ts";

const path = "/reset-password";

/** The form for a mail with a link to choose a new password. */
export const passwordResetMail = {
  path: "/reset-password/resend",
  request: requestPasswordReset,
  sentPage: (reader) =>
    mailboxPage(
      reader,
      `${paragraph(resetPasswordTexts[reader.language].sentText)}\n${wayOn(reader)}`,
    ),
} as const satisfies NewMail;

/** The page to choose a new password. Nothing that the user enters is in a response, and the page signs no user in. */
export function resetPasswordPage(rules: PasswordSettings) {
  return {
    path,
    texts: resetPasswordTexts,
    async confirm({ ctx, form }) {
      const { token = "", password = "", password_confirmation: confirmation = "" } = form;
      await resetPassword(ctx, { token, password, confirmation });
    },
    expectedErrors: ["WEAK_PASSWORD", "PASSWORD_MISMATCH"],
    fields: (language, error) => passwordFields(language, rules, error),
    newMailPath: passwordResetMail.path,
    startPage(reader) {
      const { requestTitle, requestText, requestButton } = resetPasswordTexts[reader.language];
      const form = { at: path, to: passwordResetMail.path, button: requestButton };
      return renderPage(reader, {
        title: requestTitle,
        body: `${paragraph(requestText)}\n${mailForm(reader, form)}`,
      });
    },
  } as const satisfies LinkPage;
}

function passwordFields(
  language: Language,
  rules: PasswordSettings,
  error: AppError | null,
): string {
  const texts = resetPasswordTexts[language];
  const faultTexts = passwordFaultTexts[language];
  const faults = passwordFaultsOf(error);
  const common = { type: "password", autocomplete: "new-password" } as const;
  return [
    renderField({
      ...common,
      name: "password",
      label: texts.password,
      hint: passwordHint(language, rules),
      faults: faults.map((fault) => passwordFaultText(faultTexts, fault)),
    }),
    renderField({
      ...common,
      name: "password_confirmation",
      label: texts.confirmation,
      faults: error?.code === "PASSWORD_MISMATCH" ? [faultTexts.mismatch] : [],
      followsFault: faults.length > 0,
    }),
  ].join("\n");
}
