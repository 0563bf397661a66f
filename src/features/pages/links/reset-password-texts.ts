import type { InEveryLanguage } from "../../../kernel/language.ts";
import type { LinkPageTexts } from "./link-page.ts";

/** The texts of the pages of `/reset-password`. */
export interface ResetPasswordTexts extends LinkPageTexts {
  readonly password: string;
  readonly confirmation: string;
  readonly requestTitle: string;
  readonly requestText: string;
  readonly requestButton: string;
  readonly sentText: string;
}

/** The texts of the pages of `/reset-password`, in each language. */
export const resetPasswordTexts: InEveryLanguage<ResetPasswordTexts> = {
  en: {
    title: "Choose a new password",
    password: "New password",
    confirmation: "Repeat password",
    button: "Set new password",
    doneTitle: "Your password has been changed",
    doneText: "You have been signed out everywhere. Sign in with your new password.",
    invalid:
      "The link, or one from another e-mail, may already have been used. If you have just set a new password, sign in with it. If you have not, enter your address to get a new link.",
    expired: "A link is valid for a limited time. Enter your address to get a new link.",
    requestTitle: "Reset your password",
    requestText: "Enter your address to get an e-mail with a link to choose a new password.",
    requestButton: "Send e-mail",
    sentText:
      "If there is an account with this address, you will receive an e-mail soon. Please use the newest one.",
  },
  de: {
    title: "Wählen Sie ein neues Passwort",
    password: "Neues Passwort",
    confirmation: "Passwort wiederholen",
    button: "Neues Passwort setzen",
    doneTitle: "Ihr Passwort wurde geändert",
    doneText: "Sie wurden überall abgemeldet. Melden Sie sich mit Ihrem neuen Passwort an.",
    invalid:
      "Vielleicht wurde der Link oder einer aus einer anderen E-Mail schon benutzt. Wenn Sie gerade ein neues Passwort gesetzt haben, melden Sie sich damit an. Wenn nicht, geben Sie Ihre Adresse ein, um einen neuen Link zu bekommen.",
    expired:
      "Ein Link ist nur für begrenzte Zeit gültig. Geben Sie Ihre Adresse ein, um einen neuen Link zu bekommen.",
    requestTitle: "Passwort zurücksetzen",
    requestText:
      "Geben Sie Ihre Adresse ein. Sie bekommen eine E-Mail mit einem Link, um ein neues Passwort zu wählen.",
    requestButton: "E-Mail senden",
    sentText:
      "Wenn es ein Konto mit dieser Adresse gibt, bekommen Sie gleich eine E-Mail. Bitte verwenden Sie die neueste.",
  },
  es: {
    title: "Elija una contraseña nueva",
    password: "Contraseña nueva",
    confirmation: "Repita la contraseña",
    button: "Guardar contraseña nueva",
    doneTitle: "Su contraseña ha cambiado",
    doneText: "Se ha cerrado la sesión en todas partes. Inicie sesión con la contraseña nueva.",
    invalid:
      "Es posible que ya se haya usado el enlace o el de otro correo. Si acaba de elegir una contraseña nueva, inicie sesión con ella. Si no, escriba su dirección para recibir otro enlace.",
    expired:
      "Un enlace solo es válido durante un tiempo limitado. Escriba su dirección para recibir otro.",
    requestTitle: "Restablecer la contraseña",
    requestText:
      "Escriba su dirección para recibir un correo con un enlace para elegir una contraseña nueva.",
    requestButton: "Enviar el correo",
    sentText:
      "Si hay una cuenta con esta dirección, recibirá en breve un correo. Use el más reciente.",
  },
  zh: {
    title: "请设置新密码",
    password: "新密码",
    confirmation: "再次输入密码",
    button: "设置新密码",
    doneTitle: "您的密码已更改",
    doneText: "您已在所有设备上退出登录。请使用新密码登录。",
    invalid:
      "该链接或其他邮件中的链接可能已被使用。如果您刚刚设置了新密码，请用新密码登录；否则请输入您的地址以获取新链接。",
    expired: "链接仅在有限时间内有效。请输入您的地址以获取新链接。",
    requestTitle: "重置密码",
    requestText: "请输入您的地址，我们会发送一封含有设置新密码链接的邮件。",
    requestButton: "发送邮件",
    sentText: "如果存在使用此地址的账户，邮件很快就会送达。请使用最新的一封。",
  },
};
