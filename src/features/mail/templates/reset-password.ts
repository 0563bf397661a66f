import type { MailOf } from "../mail-content.ts";
import type { Addressee } from "./addressee.ts";
import type { RenderedMail } from "./layout.ts";
import type { InEveryLanguage } from "./locale.ts";
import { type ProofPhrases, renderLinkLetter } from "./proof-letter.ts";

const PHRASES: InEveryLanguage<ProofPhrases> = {
  en: {
    subject: (serviceName) => `Choose a new password for ${serviceName}`,
    request: (serviceName) =>
      `Somebody asked to choose a new password for your account at ${serviceName}. If it was you, open this link and choose one there:`,
    button: "Choose a new password",
    notYou:
      "If it was not you, ignore this mail: your password stays as it is. Give the link to nobody.",
  },
  de: {
    subject: (serviceName) => `Neues Passwort für ${serviceName} wählen`,
    request: (serviceName) =>
      `Jemand hat für Ihr Konto bei ${serviceName} ein neues Passwort angefordert. Falls Sie es waren, öffnen Sie diesen Link und wählen Sie dort eines:`,
    button: "Neues Passwort wählen",
    notYou:
      "Falls Sie es nicht waren, ignorieren Sie diese E-Mail: Ihr Passwort bleibt, wie es ist. Geben Sie den Link an niemanden weiter.",
  },
  es: {
    subject: (serviceName) => `Elija una contraseña nueva para ${serviceName}`,
    request: (serviceName) =>
      `Alguien ha solicitado una contraseña nueva para su cuenta en ${serviceName}. Si ha sido usted, abra este enlace y elíjala allí:`,
    button: "Elegir una contraseña nueva",
    notYou:
      "Si no ha sido usted, ignore este mensaje: su contraseña no cambia. No comparta el enlace con nadie.",
  },
  zh: {
    subject: (serviceName) => `为 ${serviceName} 设置新密码`,
    request: (serviceName) =>
      `有人请求为您在 ${serviceName} 的账户设置新密码。如果是您本人，请打开以下链接并在页面上设置：`,
    button: "设置新密码",
    notYou: "如果不是您本人，请忽略此邮件，您的密码不会改变。请勿将链接告诉任何人。",
  },
};

/** The mail that lets its reader choose a new password. */
export function renderResetPassword(
  reader: Addressee,
  content: MailOf<"reset-password">,
): RenderedMail {
  return renderLinkLetter(reader, content, PHRASES[reader.locale]);
}
