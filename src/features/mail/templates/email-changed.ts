import type { MailOf } from "../mail-content.ts";
import type { Addressee } from "./addressee.ts";
import type { RenderedMail } from "./layout.ts";
import type { InEveryLanguage } from "./locale.ts";
import { type NoticePhrases, renderNotice } from "./notice-letter.ts";

interface Phrases {
  readonly newAddress: (address: string) => string;
  readonly requested: NoticePhrases;
  readonly changed: NoticePhrases;
}

const PHRASES: InEveryLanguage<Phrases> = {
  en: {
    newAddress: (address) => `New address: ${address}`,
    requested: {
      subject: (serviceName) => `A new e-mail address was requested at ${serviceName}`,
      news: (serviceName) =>
        `Somebody who is signed in to your account at ${serviceName} asked to change its e-mail address.`,
      advice: [
        () =>
          "Nothing changes until the new address is confirmed; until then you sign in with this one as before.",
        () =>
          "If it was you, there is nothing to do here. If not, change your password now: that stops the change.",
      ],
    },
    changed: {
      subject: (serviceName) => `Your e-mail address at ${serviceName} was changed`,
      news: (serviceName) => `The e-mail address of your account at ${serviceName} was changed.`,
      advice: [
        () =>
          "You can no longer sign in with this address. Every device that was signed in has been signed out.",
        (serviceName) =>
          `If it was not you, tell whoever runs ${serviceName} at once: the account can no longer be recovered through this address.`,
      ],
    },
  },
  de: {
    newAddress: (address) => `Neue Adresse: ${address}`,
    requested: {
      subject: (serviceName) => `Änderung Ihrer E-Mail-Adresse bei ${serviceName} angefordert`,
      news: (serviceName) =>
        `Jemand, der in Ihrem Konto bei ${serviceName} angemeldet ist, möchte dessen E-Mail-Adresse ändern.`,
      advice: [
        () =>
          "Solange die neue Adresse nicht bestätigt ist, ändert sich nichts; bis dahin melden Sie sich wie bisher mit dieser Adresse an.",
        () =>
          "Falls Sie es waren, brauchen Sie hier nichts zu tun. Falls nicht, ändern Sie jetzt Ihr Passwort: Das verhindert die Änderung.",
      ],
    },
    changed: {
      subject: (serviceName) => `Ihre E-Mail-Adresse bei ${serviceName} wurde geändert`,
      news: (serviceName) => `Die E-Mail-Adresse Ihres Kontos bei ${serviceName} wurde geändert.`,
      advice: [
        () =>
          "Mit dieser Adresse können Sie sich nicht mehr anmelden. Alle angemeldeten Geräte wurden abgemeldet.",
        (serviceName) =>
          `Falls Sie es nicht waren, wenden Sie sich sofort an den Betreiber von ${serviceName}: Über diese Adresse lässt sich das Konto nicht mehr wiederherstellen.`,
      ],
    },
  },
  es: {
    newAddress: (address) => `Nueva dirección: ${address}`,
    requested: {
      subject: (serviceName) => `Se ha solicitado cambiar su dirección de correo en ${serviceName}`,
      news: (serviceName) =>
        `Alguien con la sesión iniciada en su cuenta de ${serviceName} ha solicitado cambiar la dirección de correo.`,
      advice: [
        () =>
          "Nada cambia hasta que se confirme la nueva dirección; mientras tanto, inicie sesión con esta como siempre.",
        () =>
          "Si ha sido usted, no tiene que hacer nada aquí. Si no, cambie ahora su contraseña: eso detiene el cambio.",
      ],
    },
    changed: {
      subject: (serviceName) => `Su dirección de correo en ${serviceName} ha cambiado`,
      news: (serviceName) =>
        `Se ha cambiado la dirección de correo de su cuenta en ${serviceName}.`,
      advice: [
        () =>
          "Ya no puede iniciar sesión con esta dirección. Se ha cerrado la sesión en todos los dispositivos.",
        (serviceName) =>
          `Si no ha sido usted, avise de inmediato a quien administra ${serviceName}: la cuenta ya no se puede recuperar con esta dirección.`,
      ],
    },
  },
  zh: {
    newAddress: (address) => `新邮箱地址：${address}`,
    requested: {
      subject: (serviceName) => `${serviceName} 收到更换邮箱地址的请求`,
      news: (serviceName) => `有人登录了您在 ${serviceName} 的账户，并请求更换邮箱地址。`,
      advice: [
        () => "在新地址得到确认之前，不会有任何改变；您仍可照常使用此地址登录。",
        () => "如果是您本人，则无需进行任何操作。如果不是，请立即修改密码，此请求将随之失效。",
      ],
    },
    changed: {
      subject: (serviceName) => `您在 ${serviceName} 的邮箱地址已更换`,
      news: (serviceName) => `您在 ${serviceName} 的账户的邮箱地址已更换。`,
      advice: [
        () => "此地址不能再用于登录。所有已登录的设备均已退出登录。",
        (serviceName) =>
          `如果不是您本人，请立即联系 ${serviceName} 的运营方：该账户已无法通过此地址找回。`,
      ],
    },
  },
};

/** The mail that tells the old address of a change of addresses: when it is asked for, and when it is done. */
export function renderEmailChanged(
  reader: Addressee,
  content: MailOf<"email-changed">,
): RenderedMail {
  const phrases = PHRASES[reader.locale];
  return renderNotice(reader, phrases[content.stage], [phrases.newAddress(content.newEmail)]);
}
