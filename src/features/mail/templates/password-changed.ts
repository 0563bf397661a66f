import type { MailOf } from "../mail-content.ts";
import type { Addressee } from "./addressee.ts";
import type { RenderedMail } from "./layout.ts";
import type { InEveryLanguage } from "./locale.ts";
import { type NoticePhrases, renderNotice } from "./notice-letter.ts";
import { occasionLines } from "./occasion-lines.ts";

const PHRASES: InEveryLanguage<NoticePhrases> = {
  en: {
    subject: (serviceName) => `Your password at ${serviceName} was changed`,
    news: (serviceName) => `The password of your account at ${serviceName} was changed.`,
    advice: [
      () => "Every other device that was signed in has been signed out.",
      (serviceName) =>
        `If it was you, there is nothing to do. If not, ask ${serviceName} for a new password at once, and make sure that nobody else can read your mail.`,
    ],
  },
  de: {
    subject: (serviceName) => `Ihr Passwort bei ${serviceName} wurde geändert`,
    news: (serviceName) => `Das Passwort Ihres Kontos bei ${serviceName} wurde geändert.`,
    advice: [
      () => "Alle anderen angemeldeten Geräte wurden abgemeldet.",
      (serviceName) =>
        `Falls Sie es waren, brauchen Sie nichts zu tun. Falls nicht, fordern Sie bei ${serviceName} sofort ein neues Passwort an und stellen Sie sicher, dass niemand sonst Ihre E-Mails lesen kann.`,
    ],
  },
  es: {
    subject: (serviceName) => `Su contraseña en ${serviceName} ha cambiado`,
    news: (serviceName) => `Se ha cambiado la contraseña de su cuenta en ${serviceName}.`,
    advice: [
      () => "Se ha cerrado la sesión en todos los demás dispositivos.",
      (serviceName) =>
        `Si ha sido usted, no tiene que hacer nada. Si no, pida de inmediato una contraseña nueva en ${serviceName} y asegúrese de que nadie más pueda leer su correo.`,
    ],
  },
  zh: {
    subject: (serviceName) => `您在 ${serviceName} 的密码已更改`,
    news: (serviceName) => `您在 ${serviceName} 的账户的密码已更改。`,
    advice: [
      () => "其他所有已登录的设备均已退出登录。",
      (serviceName) =>
        `如果是您本人，则无需进行任何操作。如果不是，请立即在 ${serviceName} 申请重置密码，并确保没有其他人能够查看您的邮件。`,
    ],
  },
};

/** The mail that tells of a changed password. */
export function renderPasswordChanged(
  reader: Addressee,
  content: MailOf<"password-changed">,
): RenderedMail {
  return renderNotice(reader, PHRASES[reader.locale], occasionLines(content, reader.locale));
}
