import type { MailOf } from "../mail-content.ts";
import type { Addressee } from "./addressee.ts";
import type { RenderedMail } from "./layout.ts";
import type { InEveryLanguage } from "./locale.ts";
import { type NoticePhrases, renderNotice } from "./notice-letter.ts";
import { occasionLines } from "./occasion-lines.ts";

const PHRASES: InEveryLanguage<NoticePhrases> = {
  en: {
    subject: (serviceName) => `New sign-in to ${serviceName}`,
    news: (serviceName) =>
      `Somebody signed in to your account at ${serviceName} with a device or program that was not used before.`,
    advice: [
      () =>
        "If it was you, there is nothing to do. If not, change your password now: that signs out every other device.",
    ],
  },
  de: {
    subject: (serviceName) => `Neue Anmeldung bei ${serviceName}`,
    news: (serviceName) =>
      `Jemand hat sich mit einem bisher nicht verwendeten Gerät oder Programm in Ihrem Konto bei ${serviceName} angemeldet.`,
    advice: [
      () =>
        "Falls Sie es waren, brauchen Sie nichts zu tun. Falls nicht, ändern Sie jetzt Ihr Passwort: Dadurch werden alle anderen Geräte abgemeldet.",
    ],
  },
  es: {
    subject: (serviceName) => `Nuevo inicio de sesión en ${serviceName}`,
    news: (serviceName) =>
      `Alguien ha iniciado sesión en su cuenta de ${serviceName} con un dispositivo o programa que no se había usado antes.`,
    advice: [
      () =>
        "Si ha sido usted, no tiene que hacer nada. Si no, cambie ahora su contraseña: así se cierra la sesión en todos los demás dispositivos.",
    ],
  },
  zh: {
    subject: (serviceName) => `${serviceName} 有新的登录`,
    news: (serviceName) => `有人使用此前未用过的设备或程序登录了您在 ${serviceName} 的账户。`,
    advice: [
      () =>
        "如果是您本人，则无需进行任何操作。如果不是，请立即修改密码，其他所有设备将随之退出登录。",
    ],
  },
};

/** The mail that tells of a sign-in from a device not seen before. */
export function renderNewSignIn(reader: Addressee, content: MailOf<"new-sign-in">): RenderedMail {
  return renderNotice(reader, PHRASES[reader.locale], occasionLines(content, reader.locale));
}
