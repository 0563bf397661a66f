import type { InEveryLanguage } from "../../../kernel/language.ts";
import type { LinkTexts } from "./link-page.ts";

/** The texts of the pages of `/magic-link`. */
export interface MagicLinkTexts extends LinkTexts {
  readonly requestText: string;
  readonly requestButton: string;
  readonly sentText: string;
  /** Why the link does not work in this browser. */
  readonly otherBrowser: string;
  /** For a link that was used in this browser. */
  readonly signedIn: { readonly title: string; readonly text: string; readonly button: string };
}

/** The texts of the pages of `/magic-link`, in each language. */
export const magicLinkTexts: InEveryLanguage<MagicLinkTexts> = {
  en: {
    title: "Sign in",
    text: "Press the button to sign in.",
    button: "Sign in",
    note: "If you did not request this e-mail, close this page. No sign-in has taken place yet.",
    invalid:
      "The link, or one from another e-mail, may already have been used, for example if you pressed the button twice. Enter your address to get a new link.",
    expired: "A link is valid for a limited time. Enter your address to get a new link.",
    requestText: "Enter your address to get an e-mail with a link and a code to sign in.",
    requestButton: "Send e-mail",
    sentText:
      "If there is an account with this address, you will receive an e-mail soon. Open its link, or enter its code here.",
    otherBrowser:
      "This link works only in the browser in which it was requested. Open it there, or enter the code from the same e-mail here.",
    signedIn: {
      title: "You are signed in",
      text: "This link was used already, for example by a second press of the button. You are signed in in this browser.",
      button: "Continue",
    },
  },
  de: {
    title: "Anmelden",
    text: "Klicken Sie auf die Schaltfläche, um sich anzumelden.",
    button: "Anmelden",
    note: "Wenn Sie diese E-Mail nicht angefordert haben, schließen Sie diese Seite. Es hat noch keine Anmeldung stattgefunden.",
    invalid:
      "Vielleicht wurde der Link oder einer aus einer anderen E-Mail schon benutzt, etwa durch einen doppelten Klick. Geben Sie Ihre Adresse ein, um einen neuen Link zu bekommen.",
    expired:
      "Ein Link ist nur für begrenzte Zeit gültig. Geben Sie Ihre Adresse ein, um einen neuen Link zu bekommen.",
    requestText:
      "Geben Sie Ihre Adresse ein. Sie bekommen eine E-Mail mit einem Link und einem Code zum Anmelden.",
    requestButton: "E-Mail senden",
    sentText:
      "Wenn es ein Konto mit dieser Adresse gibt, bekommen Sie gleich eine E-Mail. Öffnen Sie den Link darin, oder geben Sie den Code hier ein.",
    otherBrowser:
      "Dieser Link funktioniert nur in dem Browser, in dem er angefordert wurde. Öffnen Sie ihn dort, oder geben Sie hier den Code aus derselben E-Mail ein.",
    signedIn: {
      title: "Sie sind angemeldet",
      text: "Dieser Link wurde schon benutzt, etwa durch einen doppelten Klick. Sie sind in diesem Browser angemeldet.",
      button: "Weiter",
    },
  },
  es: {
    title: "Iniciar sesión",
    text: "Pulse el botón para iniciar sesión.",
    button: "Iniciar sesión",
    note: "Si no ha solicitado este correo, cierre esta página. Todavía no se ha iniciado ninguna sesión.",
    invalid:
      "Es posible que ya se haya usado el enlace o el de otro correo, por ejemplo al pulsar el botón dos veces. Escriba su dirección para recibir otro.",
    expired:
      "Un enlace solo es válido durante un tiempo limitado. Escriba su dirección para recibir otro.",
    requestText:
      "Escriba su dirección para recibir un correo con un enlace y un código para iniciar sesión.",
    requestButton: "Enviar el correo",
    sentText:
      "Si hay una cuenta con esta dirección, recibirá en breve un correo. Abra su enlace o escriba aquí su código.",
    otherBrowser:
      "Este enlace solo funciona en el navegador en el que se solicitó. Ábralo allí o escriba aquí el código del mismo correo.",
    signedIn: {
      title: "Ha iniciado sesión",
      text: "Este enlace ya se usó, por ejemplo al pulsar el botón dos veces. Ha iniciado sesión en este navegador.",
      button: "Continuar",
    },
  },
  zh: {
    title: "登录",
    text: "请点击按钮登录。",
    button: "登录",
    note: "如果您没有请求此邮件，请关闭此页面。目前尚未进行登录。",
    invalid:
      "该链接或其他邮件中的链接可能已被使用（例如按钮被点击了两次）。请输入您的地址以获取新链接。",
    expired: "链接仅在有限时间内有效。请输入您的地址以获取新链接。",
    requestText: "请输入您的地址，我们会发送一封含有登录链接和验证码的邮件。",
    requestButton: "发送邮件",
    sentText: "如果存在使用此地址的账户，邮件很快就会送达。请打开其中的链接，或在此输入验证码。",
    otherBrowser:
      "此链接仅在请求它的浏览器中有效。请在该浏览器中打开链接，或在此输入同一封邮件中的验证码。",
    signedIn: {
      title: "您已登录",
      text: "此链接已被使用，例如您点击了两次按钮。您已在此浏览器中登录。",
      button: "继续",
    },
  },
};
