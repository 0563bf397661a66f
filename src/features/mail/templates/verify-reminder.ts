import type { MailOf } from "../mail-content.ts";
import type { Addressee } from "./addressee.ts";
import type { RenderedMail } from "./layout.ts";
import type { InEveryLanguage } from "./locale.ts";
import { type ProofWithCodePhrases, renderLinkAndCodeLetter } from "./proof-letter.ts";

const PHRASES: InEveryLanguage<ProofWithCodePhrases> = {
  en: {
    subject: (serviceName) => `Reminder: confirm your e-mail address for ${serviceName}`,
    request: (serviceName) =>
      `Your account at ${serviceName} is still waiting for you to confirm this e-mail address. Links and codes of earlier mails no longer work: open this link and press the button there:`,
    button: "Confirm e-mail address",
    codeHint: "Or enter this code where you signed up:",
    notYou:
      "If it was not you who signed up, ignore this mail. Without your confirmation the address stays unconfirmed.",
  },
  de: {
    subject: (serviceName) => `Erinnerung: Bestätigen Sie Ihre E-Mail-Adresse für ${serviceName}`,
    request: (serviceName) =>
      `Ihr Konto bei ${serviceName} wartet noch darauf, dass Sie diese E-Mail-Adresse bestätigen. Links und Codes aus früheren E-Mails gelten nicht mehr: Öffnen Sie diesen Link und klicken Sie dort auf die Schaltfläche:`,
    button: "E-Mail-Adresse bestätigen",
    codeHint: "Oder geben Sie diesen Code dort ein, wo Sie sich registriert haben:",
    notYou:
      "Falls Sie sich nicht registriert haben, ignorieren Sie diese E-Mail. Ohne Ihre Bestätigung bleibt die Adresse unbestätigt.",
  },
  es: {
    subject: (serviceName) => `Recordatorio: confirme su dirección de correo para ${serviceName}`,
    request: (serviceName) =>
      `Su cuenta en ${serviceName} sigue pendiente de que confirme esta dirección de correo. Los enlaces y códigos de mensajes anteriores ya no sirven: abra este enlace y pulse el botón que encontrará allí:`,
    button: "Confirmar la dirección",
    codeHint: "O introduzca este código donde se registró:",
    notYou:
      "Si no se ha registrado usted, ignore este mensaje. Sin su confirmación, la dirección quedará sin confirmar.",
  },
  zh: {
    subject: (serviceName) => `提醒：请确认您在 ${serviceName} 使用的电子邮箱地址`,
    request: (serviceName) =>
      `您在 ${serviceName} 的账户仍在等待您确认此邮箱地址。之前邮件中的链接和验证码已失效，请打开以下链接并点击页面上的按钮：`,
    button: "确认邮箱地址",
    codeHint: "或在注册页面输入此验证码：",
    notYou: "如果不是您本人注册，请忽略此邮件。未经您确认，该地址将保持未确认状态。",
  },
};

/** The mail that reminds of an address not yet confirmed. */
export function renderVerifyReminder(
  reader: Addressee,
  content: MailOf<"verify-reminder">,
): RenderedMail {
  return renderLinkAndCodeLetter(reader, content, PHRASES[reader.locale]);
}
