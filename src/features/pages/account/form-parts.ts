import { Value } from "@sinclair/typebox/value";

import { AppError, type ErrorCode } from "../../../kernel/errors.ts";
import { passwordSchema } from "../../../platform/http/text-schema.ts";
import { alert, renderField } from "../kit/forms.ts";
import type { ShownForm } from "./account-form.ts";
import { accountTexts } from "./account-texts.ts";

const password = passwordSchema("A password.");

/** The error of a field that is missing or has a wrong form. */
export function fieldError(field: string): AppError {
  return new AppError("VALIDATION_ERROR", "The request is not valid.", {
    faults: [{ field, issue: "Does not have the right form." }],
  });
}

/** A posted password, or undefined without one. Throws `VALIDATION_ERROR` for one that is longer than any password. */
export function postedPassword(
  form: Readonly<Record<string, string>>,
  field = "password",
): string | undefined {
  const posted = form[field];
  if (posted !== undefined && !Value.Check(password, posted)) throw fieldError(field);
  return posted;
}

/** The texts of what is wrong with a field: by the code of the error, if it concerns this field. */
export function faultsOf(
  { error }: Pick<ShownForm, "error">,
  field: string,
  texts: Partial<Record<ErrorCode, string>>,
): string[] {
  const text = error === null ? undefined : texts[error.code];
  if (error === null || text === undefined) return [];
  const { faults = [] } = error.detail;
  return faults.length === 0 || faults.some((fault) => fault.field === field) ? [text] : [];
}

/** A message above a form, by the code of the error; nothing for other errors. */
export function alertOf(
  { error }: Pick<ShownForm, "error">,
  texts: Partial<Record<ErrorCode, string>>,
): string[] {
  const text = error === null ? undefined : texts[error.code];
  return text === undefined ? [] : [alert(text)];
}

/** The field for the present password; empty for an account without one. `id` is unique on the account page. */
export function ownPasswordField(shown: ShownForm, id: string, name = "password"): string[] {
  if (!shown.security.hasPassword) return [];
  const { present, wrong, missing } = accountTexts[shown.reader.language].password;
  return [
    renderField({
      id,
      name,
      label: present,
      type: "password",
      autocomplete: "current-password",
      faults: faultsOf(shown, name, { INVALID_CREDENTIALS: wrong, VALIDATION_ERROR: missing }),
    }),
  ];
}

/** The field for a code of the authenticator app, and also for a recovery code where `takesRecoveryCode`. */
export function codeField(
  shown: ShownForm,
  { id, takesRecoveryCode }: { readonly id: string; readonly takesRecoveryCode: boolean },
): string {
  const texts = accountTexts[shown.reader.language].code;
  return renderField({
    id,
    name: "code",
    label: takesRecoveryCode ? texts.orRecoveryCode : texts.ofApp,
    type: "text",
    autocomplete: "one-time-code",
    attributes: takesRecoveryCode
      ? 'spellcheck="false" maxlength="64"'
      : 'inputmode="numeric" spellcheck="false" maxlength="16"',
    faults: faultsOf(shown, "code", { INVALID_CODE: texts.wrong, VALIDATION_ERROR: texts.wrong }),
  });
}
