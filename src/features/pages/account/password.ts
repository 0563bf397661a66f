import { rotateBrowserToken } from "../../sessions/index.ts";
import {
  changePassword,
  passwordFaultsOf,
  passwordFaultText,
  requestPasswordReset,
} from "../../passwords/index.ts";
import { paragraph, renderField, renderForm } from "../kit/forms.ts";
import {
  passwordFaultTexts,
  passwordHint,
  type PasswordSettings,
} from "../links/password-texts.ts";
import type { AccountForm, ShownForm } from "./account-form.ts";
import { accountTexts } from "./account-texts.ts";
import { fieldError, ownPasswordField, postedPassword } from "./form-parts.ts";

const path = "/account/password";

/** The form that changes the password of an account that has one. */
export function changePasswordForm(rules: PasswordSettings) {
  return {
    path,
    section: "password",
    expectedErrors: [
      "VALIDATION_ERROR",
      "INVALID_CREDENTIALS",
      "PASSWORD_MISMATCH",
      "WEAK_PASSWORD",
    ],
    async submit({ ctx, form }) {
      const currentPassword = postedPassword(form, "current_password");
      // A form without it must not count as a wrong password.
      if (currentPassword === undefined) throw fieldError("current_password");
      await changePassword(ctx, {
        currentPassword,
        newPassword: postedPassword(form, "new_password") ?? "",
        confirmation: postedPassword(form, "new_password_confirmation") ?? "",
      });
      await rotateBrowserToken(ctx);
      return { done: "password" };
    },
    render: (shown) => renderChange(shown, rules),
  } as const satisfies AccountForm;
}

const mailPath = "/account/password/mail";

/** The form for an account without a password: a mailed link sets one, as for a forgotten password. */
export const setPasswordForm = {
  path: mailPath,
  section: "password",
  expectedErrors: [],
  async submit({ ctx }) {
    await requestPasswordReset(ctx, { email: ctx.actor.email });
    return { done: "passwordMail" };
  },
  render({ reader, at }) {
    const { none, setButton } = accountTexts[reader.language].password;
    const form = { at, to: mailPath, fields: "", button: setButton };
    return `${paragraph(none)}\n${renderForm(form)}`;
  },
} as const satisfies AccountForm;

function renderChange(shown: ShownForm, rules: PasswordSettings): string {
  const { reader, at, error } = shown;
  const texts = accountTexts[reader.language].password;
  const faultTexts = passwordFaultTexts[reader.language];
  const weak = passwordFaultsOf(error);
  const common = { type: "password", autocomplete: "new-password" } as const;
  const fields = [
    ...ownPasswordField(shown, "current-password", "current_password"),
    renderField({
      ...common,
      id: "new-password",
      name: "new_password",
      label: texts.chosen,
      hint: passwordHint(reader.language, rules),
      faults: weak.map((fault) => passwordFaultText(faultTexts, fault)),
    }),
    renderField({
      ...common,
      id: "new-password-confirmation",
      name: "new_password_confirmation",
      label: texts.confirmation,
      faults: error?.code === "PASSWORD_MISMATCH" ? [faultTexts.mismatch] : [],
      followsFault: weak.length > 0,
    }),
  ].join("\n");
  return renderForm({ at, to: path, fields, button: texts.button });
}
