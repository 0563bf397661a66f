import type { MailOf } from "../mail-content.ts";
import type { Addressee } from "./addressee.ts";
import type { RenderedMail } from "./layout.ts";
import type { InEveryLanguage } from "./locale.ts";
import { type ProofWithCodePhrases, renderLinkAndCodeLetter } from "./proof-letter.ts";

const PHRASES: InEveryLanguage<ProofWithCodePhrases> = {
  en: {
    subject: (serviceName) => `Confirm your e-mail address for ${serviceName}`,
    request: (serviceName) =>
      `An account at ${serviceName} was made with this e-mail address. To confirm that the address is yours, open this link and press the button there:`,
    button: "Confirm e-mail address",
    codeHint: "Or enter this code where you signed up:",
    notYou:
      "If it was not you who signed up, ignore this mail. Without your confirmation the address stays unconfirmed.",
  },
  de: {
    subject: (serviceName) => `Bestätigen Sie Ihre E-Mail-Adresse für ${serviceName}`,
    request: (serviceName) =>
      `Mit dieser E-Mail-Adresse wurde ein Konto bei ${serviceName} angelegt. Um zu bestätigen, dass die Adresse Ihnen gehört, öffnen Sie diesen Link und klicken Sie dort auf die Schaltfläche:`,
    button: "E-Mail-Adresse bestätigen",
    codeHint: "Oder geben Sie diesen Code dort ein, wo Sie sich registriert haben:",
    notYou:
      "Falls Sie sich nicht registriert haben, ignorieren Sie diese E-Mail. Ohne Ihre Bestätigung bleibt die Adresse unbestätigt.",
  },
  es: {
    subject: (serviceName) => `Confirme su dirección de correo para ${serviceName}`,
    request: (serviceName) =>
      `Se ha creado una cuenta en ${serviceName} con esta dirección de correo. Para confirmar que la dirección es suya, abra este enlace y pulse el botón que encontrará allí:`,
    button: "Confirmar la dirección",
    codeHint: "O introduzca este código donde se registró:",
    notYou:
      "Si no se ha registrado usted, ignore este mensaje. Sin su confirmación, la dirección quedará sin confirmar.",
  },
  zh: {
    subject: (serviceName) => `请确认您在 ${serviceName} 使用的电子邮箱地址`,
    request: (serviceName) =>
      `有人使用此邮箱地址在 ${serviceName} 创建了账户。如需确认该地址属于您，请打开以下链接并点击页面上的按钮：`,
    button: "确认邮箱地址",
    codeHint: "或在注册页面输入此验证码：",
    notYou: "如果不是您本人注册，请忽略此邮件。未经您确认，该地址将保持未确认状态。",
  },
};

/** The mail that asks to confirm an address. */
export function renderVerifyEmail(
  reader: Addressee,
  content: MailOf<"verify-email">,
): RenderedMail {
  return renderLinkAndCodeLetter(reader, content, PHRASES[reader.locale]);
}
