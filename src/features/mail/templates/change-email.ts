import type { MailOf } from "../mail-content.ts";
import type { Addressee } from "./addressee.ts";
import type { RenderedMail } from "./layout.ts";
import type { InEveryLanguage } from "./locale.ts";
import { type ProofPhrases, renderLinkLetter } from "./proof-letter.ts";

const PHRASES: InEveryLanguage<ProofPhrases> = {
  en: {
    subject: (serviceName) => `Confirm your new e-mail address for ${serviceName}`,
    request: (serviceName) =>
      `Somebody asked to use this e-mail address for an account at ${serviceName} from now on. If it was you, open this link and press the button there:`,
    button: "Confirm the new address",
    notYou: "If it was not you, ignore this mail: without your confirmation nothing changes.",
  },
  de: {
    subject: (serviceName) => `Bestätigen Sie Ihre neue E-Mail-Adresse für ${serviceName}`,
    request: (serviceName) =>
      `Jemand möchte diese E-Mail-Adresse künftig für ein Konto bei ${serviceName} verwenden. Falls Sie es waren, öffnen Sie diesen Link und klicken Sie dort auf die Schaltfläche:`,
    button: "Neue Adresse bestätigen",
    notYou:
      "Falls Sie es nicht waren, ignorieren Sie diese E-Mail: Ohne Ihre Bestätigung ändert sich nichts.",
  },
  es: {
    subject: (serviceName) => `Confirme su nueva dirección de correo para ${serviceName}`,
    request: (serviceName) =>
      `Alguien ha pedido usar esta dirección de correo para una cuenta en ${serviceName} a partir de ahora. Si ha sido usted, abra este enlace y pulse el botón que encontrará allí:`,
    button: "Confirmar la nueva dirección",
    notYou: "Si no ha sido usted, ignore este mensaje: sin su confirmación no cambia nada.",
  },
  zh: {
    subject: (serviceName) => `请确认您在 ${serviceName} 使用的新邮箱地址`,
    request: (serviceName) =>
      `有人请求今后在 ${serviceName} 的账户中使用此邮箱地址。如果是您本人，请打开以下链接并点击页面上的按钮：`,
    button: "确认新邮箱地址",
    notYou: "如果不是您本人，请忽略此邮件。未经您确认，不会作任何更改。",
  },
};

/** The mail to a new address that lets its reader confirm it. */
export function renderChangeEmail(
  reader: Addressee,
  content: MailOf<"change-email">,
): RenderedMail {
  return renderLinkLetter(reader, content, PHRASES[reader.locale]);
}
