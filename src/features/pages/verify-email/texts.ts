import type { InEveryLanguage } from "../language.ts";
import type { LinkFault } from "../press-button.ts";

/** What the pages of `/verify-email` say. */
export interface VerifyEmailTexts {
  readonly title: string;
  readonly text: string;
  readonly button: string;
  readonly note: string;
  readonly doneTitle: string;
  readonly doneText: string;
  readonly faults: Readonly<Record<LinkFault, string>>;
  readonly mailboxText: string;
}

/** What the pages of `/verify-email` say, in each language. */
export const verifyEmailTexts: InEveryLanguage<VerifyEmailTexts> = {
  en: {
    title: "Confirm your e-mail address",
    text: "Press the button to confirm that this e-mail address is yours.",
    button: "Confirm e-mail address",
    note: "If it was not you who signed up, close this page. Nothing has changed yet.",
    doneTitle: "Your e-mail address is confirmed",
    doneText: "Thank you. You can close this page and sign in.",
    faults: {
      invalid:
        "It may have been used already, or replaced by a newer one. If you have confirmed your address before, simply sign in.",
      expired: "Links work only for a limited time. Enter your address to get a new one.",
    },
    mailboxText:
      "If an account with this address is waiting to be confirmed, a new mail is on its way. Please use the newest one you get.",
  },
  de: {
    title: "Bestätigen Sie Ihre E-Mail-Adresse",
    text: "Bestätigen Sie mit der Schaltfläche, dass diese E-Mail-Adresse Ihnen gehört.",
    button: "E-Mail-Adresse bestätigen",
    note: "Wenn Sie sich nicht registriert haben, schließen Sie diese Seite. Noch hat sich nichts geändert.",
    doneTitle: "Ihre E-Mail-Adresse ist bestätigt",
    doneText: "Vielen Dank. Sie können diese Seite schließen und sich anmelden.",
    faults: {
      invalid:
        "Vielleicht wurde er schon benutzt oder durch einen neueren ersetzt. Wenn Sie Ihre Adresse bereits bestätigt haben, melden Sie sich einfach an.",
      expired:
        "Links gelten nur für begrenzte Zeit. Geben Sie Ihre Adresse ein, um einen neuen zu bekommen.",
    },
    mailboxText:
      "Wenn ein Konto mit dieser Adresse auf die Bestätigung wartet, ist eine neue E-Mail unterwegs. Bitte verwenden Sie die neueste.",
  },
  es: {
    title: "Confirme su correo electrónico",
    text: "Pulse el botón para confirmar que esta dirección de correo es suya.",
    button: "Confirmar correo electrónico",
    note: "Si no se ha registrado usted, cierre esta página. Todavía no ha cambiado nada.",
    doneTitle: "Su correo electrónico está confirmado",
    doneText: "Gracias. Puede cerrar esta página e iniciar sesión.",
    faults: {
      invalid:
        "Puede que ya se haya usado o que otro más reciente lo haya sustituido. Si ya confirmó su dirección, inicie sesión sin más.",
      expired:
        "Los enlaces funcionan durante un tiempo limitado. Escriba su dirección para recibir otro.",
    },
    mailboxText:
      "Si una cuenta con esta dirección espera confirmación, le llegará un correo nuevo. Use el más reciente que reciba.",
  },
  zh: {
    title: "确认您的邮箱地址",
    text: "请点击按钮，确认此邮箱地址属于您。",
    button: "确认邮箱地址",
    note: "如果不是您本人注册的，请关闭此页面。目前尚未进行任何更改。",
    doneTitle: "您的邮箱地址已确认",
    doneText: "谢谢。您可以关闭此页面并登录。",
    faults: {
      invalid: "该链接可能已被使用，或已被较新的链接取代。如果您之前已确认过地址，请直接登录。",
      expired: "链接仅在有限时间内有效。请输入您的地址以获取新链接。",
    },
    mailboxText: "如果使用此地址的账户正在等待确认，新邮件很快就会送达。请使用收到的最新一封。",
  },
};
