import type { InEveryLanguage } from "../language.ts";
import type { LinkFault } from "../press-button.ts";

/** What the pages of `/reset-password` say. */
export interface ResetPasswordTexts {
  readonly title: string;
  readonly password: string;
  readonly confirmation: string;
  readonly button: string;
  readonly doneTitle: string;
  readonly doneText: string;
  readonly faults: Readonly<Record<LinkFault, string>>;
  readonly askTitle: string;
  readonly askText: string;
  readonly askButton: string;
  readonly mailboxText: string;
}

/** What the pages of `/reset-password` say, in each language. */
export const resetPasswordTexts: InEveryLanguage<ResetPasswordTexts> = {
  en: {
    title: "Choose a new password",
    password: "New password",
    confirmation: "Repeat password",
    button: "Set new password",
    doneTitle: "Your password has been changed",
    doneText: "You have been signed out everywhere. Sign in with your new password.",
    faults: {
      invalid:
        "It may have been used already, or replaced by a newer one. If you have just set a new password, sign in with it. If not, enter your address to get a new link.",
      expired: "Links work only for a limited time. Enter your address to get a new one.",
    },
    askTitle: "Reset your password",
    askText: "Enter your address to get a mail with a link to choose a new password.",
    askButton: "Send the mail",
    mailboxText:
      "If there is an account with this address, a mail is on its way. Please use the newest one you get.",
  },
  de: {
    title: "Wählen Sie ein neues Passwort",
    password: "Neues Passwort",
    confirmation: "Passwort wiederholen",
    button: "Neues Passwort setzen",
    doneTitle: "Ihr Passwort wurde geändert",
    doneText: "Sie wurden überall abgemeldet. Melden Sie sich mit Ihrem neuen Passwort an.",
    faults: {
      invalid:
        "Vielleicht wurde er schon benutzt oder durch einen neueren ersetzt. Wenn Sie gerade ein neues Passwort gesetzt haben, melden Sie sich damit an. Wenn nicht, geben Sie Ihre Adresse ein, um einen neuen Link zu bekommen.",
      expired:
        "Links gelten nur für begrenzte Zeit. Geben Sie Ihre Adresse ein, um einen neuen zu bekommen.",
    },
    askTitle: "Passwort zurücksetzen",
    askText:
      "Geben Sie Ihre Adresse ein. Sie bekommen eine E-Mail mit einem Link, um ein neues Passwort zu wählen.",
    askButton: "E-Mail senden",
    mailboxText:
      "Wenn es ein Konto mit dieser Adresse gibt, ist eine E-Mail unterwegs. Bitte verwenden Sie die neueste.",
  },
  es: {
    title: "Elija una contraseña nueva",
    password: "Contraseña nueva",
    confirmation: "Repita la contraseña",
    button: "Guardar contraseña nueva",
    doneTitle: "Su contraseña ha cambiado",
    doneText: "Se ha cerrado la sesión en todas partes. Inicie sesión con la contraseña nueva.",
    faults: {
      invalid:
        "Puede que ya se haya usado o que otro más reciente lo haya sustituido. Si acaba de elegir una contraseña nueva, inicie sesión con ella. Si no, escriba su dirección para recibir otro enlace.",
      expired:
        "Los enlaces funcionan durante un tiempo limitado. Escriba su dirección para recibir otro.",
    },
    askTitle: "Restablecer la contraseña",
    askText:
      "Escriba su dirección para recibir un correo con un enlace para elegir una contraseña nueva.",
    askButton: "Enviar el correo",
    mailboxText:
      "Si hay una cuenta con esta dirección, le llegará un correo. Use el más reciente que reciba.",
  },
  zh: {
    title: "请设置新密码",
    password: "新密码",
    confirmation: "再次输入密码",
    button: "设置新密码",
    doneTitle: "您的密码已更改",
    doneText: "您已在所有设备上退出登录。请使用新密码登录。",
    faults: {
      invalid:
        "该链接可能已被使用，或已被较新的链接取代。如果您刚刚设置了新密码，请用新密码登录；否则请输入您的地址以获取新链接。",
      expired: "链接仅在有限时间内有效。请输入您的地址以获取新链接。",
    },
    askTitle: "重置密码",
    askText: "请输入您的地址，我们会发送一封含有设置新密码链接的邮件。",
    askButton: "发送邮件",
    mailboxText: "如果存在使用此地址的账户，邮件很快就会送达。请使用收到的最新一封。",
  },
};
