import type { InEveryLanguage } from "../../../kernel/language.ts";
import type { NoticeTexts } from "./notice.ts";

/** The mail about a changed password. */
export const passwordChangedTexts: InEveryLanguage<NoticeTexts> = {
  en: {
    subject: (serviceName) => `Your password at ${serviceName} was changed`,
    news: (serviceName) => `The password of your account at ${serviceName} was changed.`,
    advice: [
      () => "Every other device that was signed in has been signed out.",
      (serviceName) =>
        `If it was you, you do not need to do anything. If it was not you, request a new password from ${serviceName} at once, and make sure that no other person can read your e-mails.`,
    ],
  },
  de: {
    subject: (serviceName) => `Ihr Passwort bei ${serviceName} wurde geändert`,
    news: (serviceName) => `Das Passwort Ihres Kontos bei ${serviceName} wurde geändert.`,
    advice: [
      () => "Alle anderen angemeldeten Geräte wurden abgemeldet.",
      (serviceName) =>
        `Falls Sie das waren, brauchen Sie nichts zu tun. Falls Sie das nicht waren, fordern Sie bei ${serviceName} sofort ein neues Passwort an und stellen Sie sicher, dass niemand sonst Ihre E-Mails lesen kann.`,
    ],
  },
  es: {
    subject: (serviceName) => `Su contraseña en ${serviceName} ha cambiado`,
    news: (serviceName) => `Se ha cambiado la contraseña de su cuenta en ${serviceName}.`,
    advice: [
      () => "Se ha cerrado la sesión en todos los demás dispositivos.",
      (serviceName) =>
        `Si ha sido usted, no tiene que hacer nada. Si no ha sido usted, solicite de inmediato una contraseña nueva en ${serviceName} y asegúrese de que nadie más pueda leer su correo.`,
    ],
  },
  zh: {
    subject: (serviceName) => `您在 ${serviceName} 的密码已更改`,
    news: (serviceName) => `您在 ${serviceName} 的账户的密码已更改。`,
    advice: [
      () => "其他所有已登录的设备均已退出登录。",
      (serviceName) =>
        `如果是您本人操作，则无需采取任何措施。如果不是，请立即在 ${serviceName} 申请重置密码，并确保没有其他人能够查看您的邮件。`,
    ],
  },
};
