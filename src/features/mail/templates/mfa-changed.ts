import type { InEveryLanguage } from "../../../kernel/language.ts";
import type { MailOf } from "../mail-content.ts";
import type { NoticeTexts } from "./notice.ts";

type Change = MailOf<"mfa-changed">["change"];

/** The mails about changes of the second factor. */
export const mfaChangedTexts: InEveryLanguage<Readonly<Record<Change, NoticeTexts>>> = {
  en: inOneLanguage({
    enabled: [
      (serviceName) => `Two-factor authentication is on at ${serviceName}`,
      (serviceName) =>
        `Two-factor authentication was turned on for your account at ${serviceName}.`,
    ],
    disabled: [
      (serviceName) => `Two-factor authentication is off at ${serviceName}`,
      (serviceName) =>
        `Two-factor authentication was turned off for your account at ${serviceName}.`,
    ],
    reset: [
      (serviceName) => `An administrator turned off two-factor authentication at ${serviceName}`,
      (serviceName) =>
        `An administrator turned two-factor authentication off for your account at ${serviceName}.`,
    ],
    recovery_codes_replaced: [
      (serviceName) => `New recovery codes at ${serviceName}`,
      (serviceName) =>
        `New recovery codes were created for your account at ${serviceName}. The earlier ones no longer work.`,
    ],
    recovery_code_used: [
      (serviceName) => `A recovery code was used at ${serviceName}`,
      (serviceName) => `A recovery code of your account at ${serviceName} was used.`,
    ],
    advice:
      "If it was you, you do not need to do anything. If it was not you, change your password now and check your two-factor authentication.",
  }),
  de: inOneLanguage({
    enabled: [
      (serviceName) => `Zwei-Faktor-Anmeldung bei ${serviceName} ist eingeschaltet`,
      (serviceName) =>
        `Die Zwei-Faktor-Anmeldung Ihres Kontos bei ${serviceName} wurde eingeschaltet.`,
    ],
    disabled: [
      (serviceName) => `Zwei-Faktor-Anmeldung bei ${serviceName} ist ausgeschaltet`,
      (serviceName) =>
        `Die Zwei-Faktor-Anmeldung Ihres Kontos bei ${serviceName} wurde ausgeschaltet.`,
    ],
    reset: [
      (serviceName) =>
        `Die Verwaltung von ${serviceName} hat die Zwei-Faktor-Anmeldung ausgeschaltet`,
      (serviceName) =>
        `Die Zwei-Faktor-Anmeldung Ihres Kontos bei ${serviceName} wurde von der Verwaltung ausgeschaltet.`,
    ],
    recovery_codes_replaced: [
      (serviceName) => `Neue Wiederherstellungscodes bei ${serviceName}`,
      (serviceName) =>
        `Für Ihr Konto bei ${serviceName} wurden neue Wiederherstellungscodes erzeugt. Die früheren gelten nicht mehr.`,
    ],
    recovery_code_used: [
      (serviceName) => `Ein Wiederherstellungscode bei ${serviceName} wurde verwendet`,
      (serviceName) =>
        `Ein Wiederherstellungscode Ihres Kontos bei ${serviceName} wurde verwendet.`,
    ],
    advice:
      "Falls Sie das waren, brauchen Sie nichts zu tun. Falls Sie das nicht waren, ändern Sie jetzt Ihr Passwort und prüfen Sie Ihre Zwei-Faktor-Anmeldung.",
  }),
  es: inOneLanguage({
    enabled: [
      (serviceName) => `La verificación en dos pasos de ${serviceName} está activada`,
      (serviceName) =>
        `Se ha activado la verificación en dos pasos de su cuenta en ${serviceName}.`,
    ],
    disabled: [
      (serviceName) => `La verificación en dos pasos de ${serviceName} está desactivada`,
      (serviceName) =>
        `Se ha desactivado la verificación en dos pasos de su cuenta en ${serviceName}.`,
    ],
    reset: [
      (serviceName) =>
        `Un administrador ha desactivado la verificación en dos pasos de ${serviceName}`,
      (serviceName) =>
        `Un administrador ha desactivado la verificación en dos pasos de su cuenta en ${serviceName}.`,
    ],
    recovery_codes_replaced: [
      (serviceName) => `Nuevos códigos de recuperación en ${serviceName}`,
      (serviceName) =>
        `Se han creado nuevos códigos de recuperación para su cuenta en ${serviceName}. Los anteriores ya no sirven.`,
    ],
    recovery_code_used: [
      (serviceName) => `Se ha usado un código de recuperación en ${serviceName}`,
      (serviceName) => `Se ha usado un código de recuperación de su cuenta en ${serviceName}.`,
    ],
    advice:
      "Si ha sido usted, no tiene que hacer nada. Si no ha sido usted, cambie ahora su contraseña y compruebe su verificación en dos pasos.",
  }),
  zh: inOneLanguage({
    enabled: [
      (serviceName) => `${serviceName} 已开启两步验证`,
      (serviceName) => `您在 ${serviceName} 的账户已开启两步验证。`,
    ],
    disabled: [
      (serviceName) => `${serviceName} 已关闭两步验证`,
      (serviceName) => `您在 ${serviceName} 的账户已关闭两步验证。`,
    ],
    reset: [
      (serviceName) => `${serviceName} 的管理员已关闭两步验证`,
      (serviceName) => `管理员已关闭您在 ${serviceName} 的账户的两步验证。`,
    ],
    recovery_codes_replaced: [
      (serviceName) => `${serviceName} 的新恢复码`,
      (serviceName) => `您在 ${serviceName} 的账户已生成新的恢复码，之前的恢复码不再有效。`,
    ],
    recovery_code_used: [
      (serviceName) => `${serviceName} 的恢复码已被使用`,
      (serviceName) => `您在 ${serviceName} 的账户的一个恢复码已被使用。`,
    ],
    advice: "如果是您本人操作，则无需采取任何措施。如果不是，请立即修改密码，并检查您的两步验证。",
  }),
};

type Words = (serviceName: string) => string;

/** Subject and news of each change, and one advice for all. */
function inOneLanguage({
  advice,
  ...changes
}: Readonly<Record<Change, readonly [subject: Words, news: Words]>> & {
  readonly advice: string;
}): Readonly<Record<Change, NoticeTexts>> {
  const textsOf = ([subject, news]: readonly [Words, Words]): NoticeTexts => ({
    subject,
    news,
    advice: [() => advice],
  });
  return {
    enabled: textsOf(changes.enabled),
    disabled: textsOf(changes.disabled),
    reset: textsOf(changes.reset),
    recovery_codes_replaced: textsOf(changes.recovery_codes_replaced),
    recovery_code_used: textsOf(changes.recovery_code_used),
  };
}
