import type { MailOf } from "../mail-content.ts";
import type { Addressee } from "./addressee.ts";
import type { RenderedMail } from "./layout.ts";
import type { InEveryLanguage } from "./locale.ts";
import { type ProofWithCodePhrases, renderLinkAndCodeLetter } from "./proof-letter.ts";

const PHRASES: InEveryLanguage<ProofWithCodePhrases> = {
  en: {
    subject: (serviceName) => `Sign in to ${serviceName}`,
    request: (serviceName) =>
      `Somebody asked to sign in to ${serviceName} with this e-mail address. If it was you, open this link and press the button there:`,
    button: "Sign in",
    codeHint: "Or enter this code where you are signing in:",
    notYou:
      "If it was not you, ignore this mail. Give the link and the code to nobody: whoever has one of them can sign in as you.",
  },
  de: {
    subject: (serviceName) => `Anmelden bei ${serviceName}`,
    request: (serviceName) =>
      `Jemand möchte sich mit dieser E-Mail-Adresse bei ${serviceName} anmelden. Falls Sie es waren, öffnen Sie diesen Link und klicken Sie dort auf die Schaltfläche:`,
    button: "Anmelden",
    codeHint: "Oder geben Sie diesen Code dort ein, wo Sie sich gerade anmelden:",
    notYou:
      "Falls Sie es nicht waren, ignorieren Sie diese E-Mail. Geben Sie Link und Code an niemanden weiter: Wer eines davon hat, kann sich an Ihrer Stelle anmelden.",
  },
  es: {
    subject: (serviceName) => `Inicie sesión en ${serviceName}`,
    request: (serviceName) =>
      `Alguien ha pedido iniciar sesión en ${serviceName} con esta dirección de correo. Si ha sido usted, abra este enlace y pulse el botón que encontrará allí:`,
    button: "Iniciar sesión",
    codeHint: "O introduzca este código donde está iniciando sesión:",
    notYou:
      "Si no ha sido usted, ignore este mensaje. No comparta con nadie el enlace ni el código: quien tenga uno de ellos puede iniciar sesión en su nombre.",
  },
  zh: {
    subject: (serviceName) => `登录 ${serviceName}`,
    request: (serviceName) =>
      `有人请求使用此邮箱地址登录 ${serviceName}。如果是您本人，请打开以下链接并点击页面上的按钮：`,
    button: "登录",
    codeHint: "或在登录页面输入此验证码：",
    notYou:
      "如果不是您本人，请忽略此邮件。请勿将链接或验证码告诉任何人：任何人持有其中之一即可以您的身份登录。",
  },
};

/** The mail that signs its reader in. */
export function renderMagicLink(reader: Addressee, content: MailOf<"magic-link">): RenderedMail {
  return renderLinkAndCodeLetter(reader, content, PHRASES[reader.locale]);
}
