import type { InEveryLanguage } from "../language.ts";
import type { LinkFault } from "../press-button.ts";

/** What the pages of `/magic-link` say. */
export interface MagicLinkTexts {
  readonly title: string;
  readonly text: string;
  readonly button: string;
  readonly note: string;
  readonly foreign: string;
  readonly doneTitle: string;
  readonly doneText: string;
  readonly tokensText: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly faults: Readonly<Record<LinkFault, string>>;
  readonly askText: string;
  readonly askButton: string;
  readonly mailboxText: string;
  readonly codeTitle: string;
  readonly code: string;
  readonly codeFault: string;
}

/** What the pages of `/magic-link` say, in each language. */
export const magicLinkTexts: InEveryLanguage<MagicLinkTexts> = {
  en: {
    title: "Sign in",
    text: "Press the button to sign in.",
    button: "Sign in",
    note: "If you did not ask for this mail, close this page. Nobody has been signed in.",
    foreign: "Another website has sent you here. Go on only if you wanted to sign in.",
    doneTitle: "You are signed in",
    doneText: "You can close this page.",
    tokensText:
      "These tokens are for trying the service without an application. Treat them like a password.",
    accessToken: "Access token",
    refreshToken: "Refresh token",
    faults: {
      invalid:
        "It may have been used already, perhaps by pressing the button twice, or replaced by a newer one. Enter your address to get a new one.",
      expired: "Links work only for a limited time. Enter your address to get a new one.",
    },
    askText: "Enter your address to get a mail with a link and a code to sign in with.",
    askButton: "Send the mail",
    mailboxText:
      "If there is an account with this address, a mail is on its way. Open its link, or enter its code here.",
    codeTitle: "Enter the code",
    code: "Code from the mail",
    codeFault: "The code is wrong, used or expired.",
  },
  de: {
    title: "Anmelden",
    text: "Klicken Sie auf die Schaltfläche, um sich anzumelden.",
    button: "Anmelden",
    note: "Wenn Sie diese E-Mail nicht angefordert haben, schließen Sie diese Seite. Es wurde niemand angemeldet.",
    foreign:
      "Eine andere Website hat Sie hierher geschickt. Fahren Sie nur fort, wenn Sie sich anmelden wollten.",
    doneTitle: "Sie sind angemeldet",
    doneText: "Sie können diese Seite schließen.",
    tokensText:
      "Mit diesen Token lässt sich der Dienst ohne eine Anwendung ausprobieren. Behandeln Sie sie wie ein Passwort.",
    accessToken: "Zugriffstoken",
    refreshToken: "Aktualisierungstoken",
    faults: {
      invalid:
        "Vielleicht wurde er schon benutzt, etwa durch einen doppelten Klick, oder durch einen neueren ersetzt. Geben Sie Ihre Adresse ein, um einen neuen zu bekommen.",
      expired:
        "Links gelten nur für begrenzte Zeit. Geben Sie Ihre Adresse ein, um einen neuen zu bekommen.",
    },
    askText:
      "Geben Sie Ihre Adresse ein. Sie bekommen eine E-Mail mit einem Link und einem Code zum Anmelden.",
    askButton: "E-Mail senden",
    mailboxText:
      "Wenn es ein Konto mit dieser Adresse gibt, ist eine E-Mail unterwegs. Öffnen Sie den Link darin, oder geben Sie den Code hier ein.",
    codeTitle: "Code eingeben",
    code: "Code aus der E-Mail",
    codeFault: "Der Code ist falsch, schon benutzt oder abgelaufen.",
  },
  es: {
    title: "Iniciar sesión",
    text: "Pulse el botón para iniciar sesión.",
    button: "Iniciar sesión",
    note: "Si no ha solicitado este correo, cierre esta página. No se ha iniciado ninguna sesión.",
    foreign: "Otro sitio web le ha enviado aquí. Continúe solo si quería iniciar sesión.",
    doneTitle: "Ha iniciado sesión",
    doneText: "Puede cerrar esta página.",
    tokensText:
      "Estos tokens sirven para probar el servicio sin una aplicación. Trátelos como una contraseña.",
    accessToken: "Token de acceso",
    refreshToken: "Token de actualización",
    faults: {
      invalid:
        "Puede que ya se haya usado, quizá al pulsar el botón dos veces, o que otro más reciente lo haya sustituido. Escriba su dirección para recibir otro.",
      expired:
        "Los enlaces funcionan durante un tiempo limitado. Escriba su dirección para recibir otro.",
    },
    askText:
      "Escriba su dirección para recibir un correo con un enlace y un código para iniciar sesión.",
    askButton: "Enviar el correo",
    mailboxText:
      "Si hay una cuenta con esta dirección, le llegará un correo. Abra su enlace o escriba aquí su código.",
    codeTitle: "Introducir el código",
    code: "Código del correo",
    codeFault: "El código es incorrecto, ya se ha usado o ha caducado.",
  },
  zh: {
    title: "登录",
    text: "请点击按钮登录。",
    button: "登录",
    note: "如果您没有请求此邮件，请关闭此页面。目前尚未登录任何账户。",
    foreign: "您是从另一个网站转到这里的。只有在您确实想登录时才继续。",
    doneTitle: "您已登录",
    doneText: "您可以关闭此页面。",
    tokensText: "这些令牌用于在没有应用程序的情况下试用本服务。请像对待密码一样保管它们。",
    accessToken: "访问令牌",
    refreshToken: "刷新令牌",
    faults: {
      invalid:
        "该链接可能已被使用（例如按钮被点击了两次），或已被较新的链接取代。请输入您的地址以获取新链接。",
      expired: "链接仅在有限时间内有效。请输入您的地址以获取新链接。",
    },
    askText: "请输入您的地址，我们会发送一封含有登录链接和验证码的邮件。",
    askButton: "发送邮件",
    mailboxText: "如果存在使用此地址的账户，邮件很快就会送达。请打开其中的链接，或在此输入验证码。",
    codeTitle: "输入验证码",
    code: "邮件中的验证码",
    codeFault: "验证码错误、已使用或已过期。",
  },
};
