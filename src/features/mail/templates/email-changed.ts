import type { InEveryLanguage } from "../../../kernel/language.ts";
import type { NoticeTexts } from "./notice.ts";

/** The texts of the two mails to the old address about a change of the address. */
export interface EmailChangedTexts {
  readonly newAddress: (address: string) => string;
  readonly requested: NoticeTexts;
  readonly changed: NoticeTexts;
}

/** The mails to the old address: one when the change is requested, one when it is done. */
export const emailChangedTexts: InEveryLanguage<EmailChangedTexts> = {
  en: {
    newAddress: (address) => `New address: ${address}`,
    requested: {
      subject: (serviceName) => `A new e-mail address was requested at ${serviceName}`,
      news: (serviceName) =>
        `A person who is signed in to your account at ${serviceName} requested a change of its e-mail address.`,
      advice: [
        () =>
          "Nothing changes until the new address is confirmed. Until then, you sign in with this address as before.",
        () =>
          "If it was you, you do not need to do anything here. If it was not you, change your password now: this cancels the change of the address.",
      ],
    },
    changed: {
      subject: (serviceName) => `Your e-mail address at ${serviceName} was changed`,
      news: (serviceName) => `The e-mail address of your account at ${serviceName} was changed.`,
      advice: [
        () =>
          "You can no longer sign in with this address. Every device that was signed in has been signed out.",
        (serviceName) =>
          `If it was not you, contact the operator of ${serviceName} at once: the account can no longer be recovered through this address.`,
      ],
    },
  },
  de: {
    newAddress: (address) => `Neue Adresse: ${address}`,
    requested: {
      subject: (serviceName) => `Änderung Ihrer E-Mail-Adresse bei ${serviceName} angefordert`,
      news: (serviceName) =>
        `Eine Person, die in Ihrem Konto bei ${serviceName} angemeldet ist, möchte dessen E-Mail-Adresse ändern.`,
      advice: [
        () =>
          "Solange die neue Adresse nicht bestätigt ist, ändert sich nichts; bis dahin melden Sie sich wie bisher mit dieser Adresse an.",
        () =>
          "Falls Sie das waren, brauchen Sie hier nichts zu tun. Falls Sie das nicht waren, ändern Sie jetzt Ihr Passwort: Das verhindert die Änderung der Adresse.",
      ],
    },
    changed: {
      subject: (serviceName) => `Ihre E-Mail-Adresse bei ${serviceName} wurde geändert`,
      news: (serviceName) => `Die E-Mail-Adresse Ihres Kontos bei ${serviceName} wurde geändert.`,
      advice: [
        () =>
          "Mit dieser Adresse können Sie sich nicht mehr anmelden. Alle angemeldeten Geräte wurden abgemeldet.",
        (serviceName) =>
          `Falls Sie das nicht waren, wenden Sie sich sofort an den Betreiber von ${serviceName}: Über diese Adresse lässt sich das Konto nicht mehr wiederherstellen.`,
      ],
    },
  },
  es: {
    newAddress: (address) => `Nueva dirección: ${address}`,
    requested: {
      subject: (serviceName) => `Se ha solicitado cambiar su dirección de correo en ${serviceName}`,
      news: (serviceName) =>
        `Una persona con la sesión iniciada en su cuenta de ${serviceName} ha solicitado cambiar la dirección de correo.`,
      advice: [
        () =>
          "Nada cambia hasta que se confirme la nueva dirección; mientras tanto, inicie sesión con esta como siempre.",
        () =>
          "Si ha sido usted, no tiene que hacer nada aquí. Si no ha sido usted, cambie ahora su contraseña: eso cancela el cambio de dirección.",
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
          `Si no ha sido usted, póngase en contacto de inmediato con el responsable de ${serviceName}: la cuenta ya no se puede recuperar con esta dirección.`,
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
        () =>
          "如果是您本人操作，则无需采取任何措施。如果不是，请立即修改密码，更换地址的请求将随之失效。",
      ],
    },
    changed: {
      subject: (serviceName) => `您在 ${serviceName} 的邮箱地址已更换`,
      news: (serviceName) => `您在 ${serviceName} 的账户的邮箱地址已更换。`,
      advice: [
        () => "此地址不能再用于登录。所有已登录的设备均已退出登录。",
        (serviceName) =>
          `如果不是您本人操作，请立即联系 ${serviceName} 的运营方：该账户已无法通过此地址找回。`,
      ],
    },
  },
};
