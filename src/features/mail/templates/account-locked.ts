import type { InEveryLanguage } from "../../../kernel/language.ts";
import type { NoticeTexts } from "./notice.ts";

/** The mail about an account at which too many sign-ins with a password have failed. */
export const accountLockedTexts: InEveryLanguage<NoticeTexts> = {
  en: {
    subject: (serviceName) => `Too many failed sign-ins at ${serviceName}`,
    news: (serviceName) =>
      `Several sign-ins to your account at ${serviceName} have failed because of a wrong password. For a while, a password is accepted only on devices on which you have signed in before.`,
    advice: [
      (serviceName) =>
        `If it was you, wait a few minutes, or request a new password or a sign-in e-mail from ${serviceName}: both still work.`,
      () =>
        "If it was not you, your password has not been guessed. You do not need to do anything, provided that you use this password nowhere else.",
    ],
  },
  de: {
    subject: (serviceName) => `Zu viele fehlgeschlagene Anmeldungen bei ${serviceName}`,
    news: (serviceName) =>
      `Mehrere Anmeldungen in Ihrem Konto bei ${serviceName} sind wegen eines falschen Passworts fehlgeschlagen. Für eine Weile wird ein Passwort nur auf Geräten angenommen, auf denen Sie sich schon einmal angemeldet haben.`,
    advice: [
      (serviceName) =>
        `Falls Sie das waren, warten Sie einige Minuten, oder fordern Sie bei ${serviceName} ein neues Passwort oder eine Anmelde-E-Mail an: Beides funktioniert weiterhin.`,
      () =>
        "Falls Sie das nicht waren, wurde Ihr Passwort nicht erraten. Sie brauchen nichts zu tun, sofern Sie dieses Passwort nirgends sonst verwenden.",
    ],
  },
  es: {
    subject: (serviceName) => `Demasiados inicios de sesión fallidos en ${serviceName}`,
    news: (serviceName) =>
      `Han fallado varios inicios de sesión en su cuenta de ${serviceName} por una contraseña incorrecta. Durante un tiempo, solo se acepta una contraseña en los dispositivos en los que ya había iniciado sesión.`,
    advice: [
      (serviceName) =>
        `Si ha sido usted, espere unos minutos o solicite una contraseña nueva o un correo de inicio de sesión en ${serviceName}: ambos siguen funcionando.`,
      () =>
        "Si no ha sido usted, su contraseña no se ha adivinado. No tiene que hacer nada, siempre que no use esta contraseña en ningún otro sitio.",
    ],
  },
  zh: {
    subject: (serviceName) => `${serviceName} 登录失败次数过多`,
    news: (serviceName) =>
      `您在 ${serviceName} 的账户因密码错误多次登录失败。在一段时间内，只有您曾经登录过的设备才能使用密码登录。`,
    advice: [
      (serviceName) =>
        `如果是您本人操作，请稍候几分钟，或在 ${serviceName} 申请重置密码或登录邮件，两者均可正常使用。`,
      () =>
        "如果不是您本人操作，您的密码并未被猜中。只要您没有在其他地方使用该密码，则无需采取任何措施。",
    ],
  },
};
