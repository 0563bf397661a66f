import type { InEveryLanguage } from "../../../kernel/language.ts";
import type { MailOf } from "../mail-content.ts";
import type { NoticeTexts } from "./notice.ts";

type Change = MailOf<"mfa-changed">["change"];

/** The mails about changes of the second factor and of passkeys. */
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
    codes_refused: [
      (serviceName) => `Wrong codes were entered at ${serviceName}`,
      (serviceName) =>
        `Several codes of the second factor of your account at ${serviceName} were wrong. The person who entered them had passed the first step of the sign-in, such as the password.`,
    ],
    passkey_added: [
      (serviceName) => `A passkey was added at ${serviceName}`,
      (serviceName) =>
        `A passkey was added to your account at ${serviceName}. It can be used to sign in.`,
    ],
    passkey_removed: [
      (serviceName) => `A passkey was removed at ${serviceName}`,
      (serviceName) =>
        `A passkey was removed from your account at ${serviceName}. It can no longer be used to sign in.`,
    ],
    advice:
      "If it was you, you do not need to do anything. If it was not you, change your password now, and check your two-factor authentication and your passkeys.",
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
    codes_refused: [
      (serviceName) => `Falsche Codes bei ${serviceName}`,
      (serviceName) =>
        `Mehrere Codes für die Zwei-Faktor-Anmeldung Ihres Kontos bei ${serviceName} waren falsch. Wer sie eingegeben hat, hatte den ersten Schritt der Anmeldung bestanden, zum Beispiel mit dem Passwort.`,
    ],
    passkey_added: [
      (serviceName) => `Neuer Passkey bei ${serviceName}`,
      (serviceName) =>
        `Ihrem Konto bei ${serviceName} wurde ein Passkey hinzugefügt. Mit ihm ist eine Anmeldung möglich.`,
    ],
    passkey_removed: [
      (serviceName) => `Ein Passkey bei ${serviceName} wurde entfernt`,
      (serviceName) =>
        `Ein Passkey Ihres Kontos bei ${serviceName} wurde entfernt. Mit ihm ist keine Anmeldung mehr möglich.`,
    ],
    advice:
      "Falls Sie das waren, brauchen Sie nichts zu tun. Falls Sie das nicht waren, ändern Sie jetzt Ihr Passwort und prüfen Sie Ihre Zwei-Faktor-Anmeldung und Ihre Passkeys.",
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
    codes_refused: [
      (serviceName) => `Códigos incorrectos en ${serviceName}`,
      (serviceName) =>
        `Se han introducido varios códigos incorrectos en la verificación en dos pasos de su cuenta en ${serviceName}. Quien los introdujo había superado el primer paso del inicio de sesión, por ejemplo con la contraseña.`,
    ],
    passkey_added: [
      (serviceName) => `Nueva llave de acceso en ${serviceName}`,
      (serviceName) =>
        `Se ha añadido una llave de acceso a su cuenta en ${serviceName}. Permite iniciar sesión.`,
    ],
    passkey_removed: [
      (serviceName) => `Se ha eliminado una llave de acceso de ${serviceName}`,
      (serviceName) =>
        `Se ha eliminado una llave de acceso de su cuenta en ${serviceName}. Ya no permite iniciar sesión.`,
    ],
    advice:
      "Si ha sido usted, no tiene que hacer nada. Si no ha sido usted, cambie ahora su contraseña y compruebe su verificación en dos pasos y sus llaves de acceso.",
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
    codes_refused: [
      (serviceName) => `${serviceName} 的验证码多次输入错误`,
      (serviceName) =>
        `您在 ${serviceName} 的账户的两步验证中多次输入了错误的验证码。输入者已通过登录的第一步，例如输入了正确的密码。`,
    ],
    passkey_added: [
      (serviceName) => `${serviceName} 的新通行密钥`,
      (serviceName) => `您在 ${serviceName} 的账户已添加一个通行密钥，可用于登录。`,
    ],
    passkey_removed: [
      (serviceName) => `${serviceName} 的通行密钥已被移除`,
      (serviceName) => `您在 ${serviceName} 的账户的一个通行密钥已被移除，无法再用于登录。`,
    ],
    advice:
      "如果是您本人操作，则无需采取任何措施。如果不是，请立即修改密码，并检查您的两步验证和通行密钥。",
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
    codes_refused: textsOf(changes.codes_refused),
    passkey_added: textsOf(changes.passkey_added),
    passkey_removed: textsOf(changes.passkey_removed),
  };
}
