import type { InEveryLanguage } from "../../../kernel/language.ts";
import type { NoticeTexts } from "./notice.ts";

/** The mail about a sign-in from a device that was not used before. */
export const newSignInTexts: InEveryLanguage<NoticeTexts> = {
  en: {
    subject: (serviceName) => `New sign-in to ${serviceName}`,
    news: (serviceName) =>
      `There was a sign-in to your account at ${serviceName} with a device or program that was not used before.`,
    advice: [
      () =>
        "If it was you, you do not need to do anything. If it was not you, change your password now: this signs out every other device.",
    ],
  },
  de: {
    subject: (serviceName) => `Neue Anmeldung bei ${serviceName}`,
    news: (serviceName) =>
      `In Ihrem Konto bei ${serviceName} gab es eine Anmeldung mit einem Gerät oder Programm, das bisher nicht verwendet wurde.`,
    advice: [
      () =>
        "Falls Sie das waren, brauchen Sie nichts zu tun. Falls Sie das nicht waren, ändern Sie jetzt Ihr Passwort: Dadurch werden alle anderen Geräte abgemeldet.",
    ],
  },
  es: {
    subject: (serviceName) => `Nuevo inicio de sesión en ${serviceName}`,
    news: (serviceName) =>
      `Se ha iniciado sesión en su cuenta de ${serviceName} con un dispositivo o programa que no se había usado antes.`,
    advice: [
      () =>
        "Si ha sido usted, no tiene que hacer nada. Si no ha sido usted, cambie ahora su contraseña: así se cierra la sesión en todos los demás dispositivos.",
    ],
  },
  zh: {
    subject: (serviceName) => `${serviceName} 有新的登录`,
    news: (serviceName) => `您在 ${serviceName} 的账户在此前未使用过的设备或程序上登录。`,
    advice: [
      () =>
        "如果是您本人操作，则无需采取任何措施。如果不是，请立即修改密码，其他所有设备将随之退出登录。",
    ],
  },
};
