import type { InEveryLanguage } from "../../../kernel/language.ts";
import {
  alert,
  hiddenField,
  paragraph,
  relativePath,
  renderField,
  renderForm,
} from "../kit/forms.ts";
import { renderPage } from "../kit/layout.ts";
import type { Reader } from "../kit/page-request.ts";

/** What the page for a second factor shows, as plain text. */
export interface StepUpPage {
  /** The path at which it is shown. */
  readonly at: string;
  readonly clientName: string;
  /** Whether the user has an authenticator app. Without one there is no form. */
  readonly hasFactor: boolean;
  /** Where its form posts to. */
  readonly to: string;
  /** Its hidden fields, by name. */
  readonly kept: Readonly<Record<string, string>>;
  /** The address of the sign-in page that leads back to the request. */
  readonly signInAddress: string;
  readonly isFaulty?: boolean;
  readonly alert?: string;
}

const texts: InEveryLanguage<{
  readonly title: string;
  readonly text: string;
  readonly code: string;
  readonly fault: string;
  readonly button: string;
  readonly missing: string;
  readonly account: string;
  readonly otherWay: string;
}> = {
  en: {
    title: "Two-factor authentication",
    text: "{client} asks for a second proof that it is you. Enter the code of your authenticator app, or one of your recovery codes.",
    code: "Code or recovery code",
    fault: "This code is wrong or was used.",
    button: "Continue",
    missing:
      "{client} is only for users with two-factor authentication. Set it up in your account, then return.",
    account: "Go to your account",
    otherWay: "Sign in again, for example with a passkey",
  },
  de: {
    title: "Zwei-Faktor-Anmeldung",
    text: "{client} bittet um einen zweiten Nachweis, dass Sie es sind. Geben Sie den Code Ihrer Authenticator-App oder einen Ihrer Wiederherstellungscodes ein.",
    code: "Code oder Wiederherstellungscode",
    fault: "Dieser Code ist falsch oder wurde schon benutzt.",
    button: "Weiter",
    missing:
      "{client} ist nur für Personen mit Zwei-Faktor-Anmeldung. Richten Sie diese in Ihrem Konto ein und kehren Sie dann zurück.",
    account: "Zum Konto",
    otherWay: "Erneut anmelden, zum Beispiel mit einem Passkey",
  },
  es: {
    title: "Verificación en dos pasos",
    text: "{client} pide una segunda prueba de que es usted. Introduzca el código de su aplicación de autenticación o uno de sus códigos de recuperación.",
    code: "Código o código de recuperación",
    fault: "Este código es incorrecto o ya se usó.",
    button: "Continuar",
    missing:
      "{client} es solo para usuarios con verificación en dos pasos. Actívela en su cuenta y vuelva después.",
    account: "Ir a su cuenta",
    otherWay: "Iniciar sesión de nuevo, por ejemplo con una llave de acceso",
  },
  zh: {
    title: "两步验证",
    text: "{client} 需要再次确认是您本人。请输入身份验证器应用中的验证码或一个恢复码。",
    code: "验证码或恢复码",
    fault: "验证码错误或已使用。",
    button: "继续",
    missing: "{client} 仅供已启用两步验证的用户使用。请先在账户中启用，然后返回。",
    account: "前往账户",
    otherWay: "重新登录，例如使用通行密钥",
  },
};

/** The page on which a signed-in user proves a second factor for a client. */
export function stepUpPage(reader: Reader, page: StepUpPage): string {
  const { title, text, code, fault, button, missing, account, otherWay } = texts[reader.language];
  const named = (template: string) => template.replaceAll("{client}", () => page.clientName);
  const link = (address: string, label: string) =>
    `<p><a href="${Bun.escapeHTML(address)}">${Bun.escapeHTML(label)}</a></p>`;
  const field = renderField({
    name: "code",
    label: code,
    type: "text",
    autocomplete: "one-time-code",
    attributes: 'spellcheck="false" maxlength="64"',
    faults: page.isFaulty === true ? [fault] : [],
  });
  const kept = Object.entries(page.kept).map(([name, value]) => hiddenField(name, value));
  const fields = [...kept, field].join("\n");
  const form = renderForm({ at: page.at, to: page.to, fields, button });
  return renderPage(reader, {
    title,
    body: [
      ...(page.alert === undefined ? [] : [alert(page.alert)]),
      ...(page.hasFactor
        ? [paragraph(named(text)), form]
        : [paragraph(named(missing)), link(relativePath(page.at, "/account"), account)]),
      link(page.signInAddress, otherWay),
    ].join("\n"),
  });
}
