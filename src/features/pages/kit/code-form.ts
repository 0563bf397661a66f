import type { InEveryLanguage } from "../../../kernel/language.ts";
import { renderField, renderForm } from "./forms.ts";
import { emailField } from "./email-field.ts";
import type { Reader } from "./page-request.ts";
import { returnField } from "./return-to.ts";

/** The texts about the code of a mail. */
export const codeTexts: InEveryLanguage<{
  readonly title: string;
  readonly code: string;
  /** Of every wrong code, whatever the reason. */
  readonly fault: string;
}> = {
  en: {
    title: "Enter the code",
    code: "Code from the e-mail",
    fault: "The code is wrong, used or expired.",
  },
  de: {
    title: "Code eingeben",
    code: "Code aus der E-Mail",
    fault: "Der Code ist falsch, benutzt oder abgelaufen.",
  },
  es: {
    title: "Introduzca el código",
    code: "Código del correo",
    fault: "El código es incorrecto, ya se ha usado o ha caducado.",
  },
  zh: {
    title: "输入验证码",
    code: "邮件中的验证码",
    fault: "验证码错误、已使用或已过期。",
  },
};

/** A form for an address and the code of a mail to it. */
export interface CodeForm {
  readonly at: string;
  readonly to: string;
  readonly returnTo: string | null;
  /** The id of the field for the address, unique on its page; `email` if left out. */
  readonly id?: string;
  readonly email: string;
  readonly faultyField?: "address" | "code" | undefined;
  readonly button: string;
}

/** The form as HTML. */
export function codeForm({ language }: Reader, form: CodeForm): string {
  const { at, to, id, email, faultyField, button } = form;
  const texts = codeTexts[language];
  const fields = [
    returnField(form.returnTo),
    emailField(language, { id, email, isFaulty: faultyField === "address" }),
    renderField({
      name: "code",
      label: texts.code,
      type: "text",
      autocomplete: "one-time-code",
      attributes: 'inputmode="numeric" spellcheck="false"',
      faults: faultyField === "code" ? [texts.fault] : [],
    }),
  ].filter((field) => field !== "");
  return renderForm({ at, to, fields: fields.join("\n"), button });
}
