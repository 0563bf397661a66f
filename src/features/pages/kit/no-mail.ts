import type { InEveryLanguage } from "../../../kernel/language.ts";
import { paragraph } from "./forms.ts";
import { renderPage } from "./layout.ts";
import type { Reader } from "./page-request.ts";
import { wayOn } from "./way-on.ts";

/** What pages say where `MAIL_TRANSPORT` is `none`, instead of promising mails. */
const texts: InEveryLanguage<{
  readonly title: string;
  readonly text: string;
  readonly signedUpTitle: string;
  readonly signedUp: string;
}> = {
  en: {
    title: "This service sends no e-mail",
    text: "This takes an e-mail, and this service sends none. Please ask the people who run it.",
    signedUpTitle: "You can try to sign in",
    signedUp:
      "We have your registration. This service sends no e-mail to confirm your address. If you cannot sign in, please ask the people who run it.",
  },
  de: {
    title: "Dieser Dienst sendet keine E-Mails",
    text: "Dafür ist eine E-Mail nötig, und dieser Dienst sendet keine. Bitte wenden Sie sich an die Betreiber.",
    signedUpTitle: "Sie können sich jetzt anmelden",
    signedUp:
      "Ihre Registrierung ist eingegangen. Dieser Dienst sendet keine E-Mail, um Ihre Adresse zu bestätigen. Wenn die Anmeldung nicht gelingt, wenden Sie sich bitte an die Betreiber.",
  },
  es: {
    title: "Este servicio no envía correos",
    text: "Para esto hace falta un correo electrónico, y este servicio no envía ninguno. Consulte a sus responsables.",
    signedUpTitle: "Ya puede intentar iniciar sesión",
    signedUp:
      "Hemos recibido su registro. Este servicio no envía ningún correo para confirmar su dirección. Si no puede iniciar sesión, consulte a sus responsables.",
  },
  zh: {
    title: "此服务不发送邮件",
    text: "此操作需要发送邮件，而此服务不发送邮件。请联系其运营者。",
    signedUpTitle: "您现在可以尝试登录",
    signedUp:
      "我们已收到您的注册。此服务不会发送用于确认地址的邮件。如果无法登录，请联系其运营者。",
  },
};

/** The paragraph in place of a form that requests a mail. */
export function noMailNote({ language }: Reader): string {
  return paragraph(texts[language].text);
}

/** The page in place of one that requests a mail, or that says that one was sent. */
export function noMailPage(reader: Reader): string {
  const { title } = texts[reader.language];
  return renderPage(reader, { title, body: `${noMailNote(reader)}\n${wayOn(reader)}` });
}

/** The page after a sign-up. It is the same whether the address was free or taken, where accounts are concealed. */
export function signedUpPage(reader: Reader): string {
  const { signedUpTitle: title, signedUp } = texts[reader.language];
  return renderPage(reader, { title, body: `${paragraph(signedUp)}\n${wayOn(reader)}` });
}
