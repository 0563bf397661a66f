import { requestEmailChange } from "../../email-change/index.ts";
import { renderField, renderForm } from "../kit/forms.ts";
import { sharedTexts } from "../kit/shared-texts.ts";
import type { AccountForm, ShownForm } from "./account-form.ts";
import { accountTexts } from "./account-texts.ts";
import { faultsOf, ownPasswordField, postedPassword } from "./form-parts.ts";

/** The form that requests another e-mail address. The present one stays until the link in the mail is used. */
export const emailForm = {
  path: "/account/email",
  section: "email",
  expectedErrors: [
    "INVALID_EMAIL",
    "REGISTRATION_CLOSED",
    "VALIDATION_ERROR",
    "INVALID_CREDENTIALS",
  ],
  async submit({ ctx, form }) {
    await requestEmailChange(ctx, {
      newEmail: form["new_email"] ?? "",
      password: postedPassword(form),
    });
    return { done: "email" };
  },
  render,
} as const satisfies AccountForm;

function render(shown: ShownForm): string {
  const { reader, at, values } = shown;
  const texts = accountTexts[reader.language].email;
  const newEmail = renderField({
    id: "new-email",
    name: "new_email",
    label: texts.newEmail,
    type: "email",
    autocomplete: "email",
    attributes: 'maxlength="254"',
    value: values["new_email"] ?? "",
    faults: faultsOf(shown, "new_email", {
      INVALID_EMAIL: sharedTexts[reader.language].notAnAddress,
      REGISTRATION_CLOSED: texts.domain,
      VALIDATION_ERROR: texts.present,
    }),
  });
  const fields = [newEmail, ...ownPasswordField(shown, "email-password")].join("\n");
  return renderForm({ at, to: emailForm.path, fields, button: texts.button });
}
