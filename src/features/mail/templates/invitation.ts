import type { MailOf } from "../mail-content.ts";
import type { Addressee } from "./addressee.ts";
import type { RenderedMail } from "./layout.ts";
import type { InEveryLanguage } from "./locale.ts";
import { type ProofPhrases, renderLinkLetter } from "./proof-letter.ts";

const PHRASES: InEveryLanguage<ProofPhrases> = {
  en: {
    subject: (serviceName) => `Your account at ${serviceName}`,
    request: (serviceName) =>
      `An account at ${serviceName} was made for you with this e-mail address. To use it, open this link and choose a password there:`,
    button: "Choose a password",
    notYou:
      "If you do not expect this, ignore this mail: nothing happens until you choose a password. Give the link to nobody.",
  },
  de: {
    subject: (serviceName) => `Ihr Konto bei ${serviceName}`,
    request: (serviceName) =>
      `Für Sie wurde mit dieser E-Mail-Adresse ein Konto bei ${serviceName} angelegt. Um es zu benutzen, öffnen Sie diesen Link und wählen Sie dort ein Passwort:`,
    button: "Passwort wählen",
    notYou:
      "Falls Sie das nicht erwartet haben, ignorieren Sie diese E-Mail: Es geschieht nichts, solange Sie kein Passwort wählen. Geben Sie den Link an niemanden weiter.",
  },
  es: {
    subject: (serviceName) => `Su cuenta en ${serviceName}`,
    request: (serviceName) =>
      `Se ha creado para usted una cuenta en ${serviceName} con esta dirección de correo. Para usarla, abra este enlace y elija allí una contraseña:`,
    button: "Elegir una contraseña",
    notYou:
      "Si no lo esperaba, ignore este mensaje: no ocurre nada mientras no elija una contraseña. No comparta el enlace con nadie.",
  },
  zh: {
    subject: (serviceName) => `您在 ${serviceName} 的账户`,
    request: (serviceName) =>
      `有人使用此邮箱地址在 ${serviceName} 为您创建了账户。如需使用该账户，请打开以下链接并在页面上设置密码：`,
    button: "设置密码",
    notYou:
      "如果这不在您的预期之内，请忽略此邮件：在您设置密码之前不会发生任何事情。请勿将链接告诉任何人。",
  },
};

/** The mail that lets its reader choose the first password of an account that somebody else made for her. */
export function renderInvitation(
  reader: Addressee,
  content: MailOf<"reset-password">,
): RenderedMail {
  return renderLinkLetter(reader, content, PHRASES[reader.locale]);
}
