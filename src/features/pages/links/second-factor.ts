import type { AppError } from "../../../kernel/errors.ts";
import type { InEveryLanguage } from "../../../kernel/language.ts";
import { alert, paragraph, renderField, renderForm, tokenField } from "../kit/forms.ts";
import { renderPage } from "../kit/layout.ts";
import { magicLinkTexts } from "./magic-link-texts.ts";
import type { Reader } from "../kit/page-request.ts";

/** The path that the second factor of a sign-in is posted to. */
export const secondFactorPath = "/magic-link/second-factor";

const texts: InEveryLanguage<{
  readonly title: string;
  readonly text: string;
  readonly code: string;
}> = {
  en: {
    title: "Two-factor authentication",
    text: "Enter the code of your authenticator app, or one of your recovery codes, to finish the sign-in. You have five minutes.",
    code: "Code or recovery code",
  },
  de: {
    title: "Zwei-Faktor-Anmeldung",
    text: "Geben Sie den Code Ihrer Authenticator-App oder einen Ihrer Wiederherstellungscodes ein, um die Anmeldung abzuschließen. Sie haben fünf Minuten.",
    code: "Code oder Wiederherstellungscode",
  },
  es: {
    title: "Verificación en dos pasos",
    text: "Introduzca el código de su aplicación de autenticación, o uno de sus códigos de recuperación, para terminar de iniciar sesión. Tiene cinco minutos.",
    code: "Código o código de recuperación",
  },
  zh: {
    title: "两步验证",
    text: "请输入身份验证器应用中的验证码或一个恢复码以完成登录。有效时间为五分钟。",
    code: "验证码或恢复码",
  },
};

/** The page for the second factor of a sign-in by mail, shown at the path `at`. */
export function secondFactorPage(
  reader: Reader,
  page: {
    readonly at: string;
    readonly mfaToken: string;
    readonly isFaulty?: boolean;
    readonly alert?: string;
  },
): string {
  const { title, text, code } = texts[reader.language];
  const { codeFault, button } = magicLinkTexts[reader.language];
  const field = renderField({
    name: "code",
    label: code,
    type: "text",
    autocomplete: "one-time-code",
    attributes: 'spellcheck="false" maxlength="64"',
    faults: page.isFaulty === true ? [codeFault] : [],
  });
  const fields = `${tokenField(page.mfaToken)}\n${field}`;
  return renderPage(reader, {
    title,
    body: [
      ...(page.alert === undefined ? [] : [alert(page.alert)]),
      paragraph(text),
      renderForm({ at: page.at, to: secondFactorPath, fields, button }),
    ].join("\n"),
  });
}

/** The `mfa_token` of `MFA_REQUIRED`. */
export function mfaTokenOf({ detail }: AppError): string {
  return detail.mfa?.mfaToken ?? "";
}
