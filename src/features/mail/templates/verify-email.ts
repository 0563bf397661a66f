import type { InEveryLanguage } from "../../../kernel/language.ts";
import type { CodeMailTexts } from "./link-mail.ts";

/** The mail to confirm an address. */
export const verifyEmailTexts: InEveryLanguage<CodeMailTexts> = {
  en: {
    subject: (serviceName) => `Confirm your e-mail address for ${serviceName}`,
    request: (serviceName) =>
      `An account at ${serviceName} was created with this e-mail address. To confirm that the address is yours, open this link and press the button there:`,
    button: "Confirm e-mail address",
    codeHint: "Or enter this code where you signed up:",
    notYou:
      "If you did not sign up, ignore this e-mail. Without your confirmation the address stays unconfirmed.",
  },
  de: {
    subject: (serviceName) => `Bestätigen Sie Ihre E-Mail-Adresse für ${serviceName}`,
    request: (serviceName) =>
      `Mit dieser E-Mail-Adresse wurde ein Konto bei ${serviceName} angelegt. Um zu bestätigen, dass die Adresse Ihnen gehört, öffnen Sie diesen Link und klicken Sie dort auf die Schaltfläche:`,
    button: "E-Mail-Adresse bestätigen",
    codeHint: "Oder geben Sie diesen Code dort ein, wo Sie sich registriert haben:",
    notYou:
      "Falls Sie sich nicht registriert haben, ignorieren Sie diese E-Mail. Ohne Ihre Bestätigung bleibt die Adresse unbestätigt.",
  },
  es: {
    subject: (serviceName) => `Confirme su dirección de correo para ${serviceName}`,
    request: (serviceName) =>
      `Se ha creado una cuenta en ${serviceName} con esta dirección de correo. Para confirmar que la dirección es suya, abra este enlace y pulse el botón que encontrará allí:`,
    button: "Confirmar la dirección",
    codeHint: "O introduzca este código donde se registró:",
    notYou:
      "Si no se ha registrado usted, ignore este mensaje. Sin su confirmación, la dirección quedará sin confirmar.",
  },
  zh: {
    subject: (serviceName) => `请确认您在 ${serviceName} 使用的电子邮箱地址`,
    request: (serviceName) =>
      `此邮箱地址已用于在 ${serviceName} 创建账户。如需确认该地址属于您，请打开以下链接并点击页面上的按钮：`,
    button: "确认邮箱地址",
    codeHint: "或在注册页面输入此验证码：",
    notYou: "如果不是您本人注册，请忽略此邮件。未经您确认，该地址将保持未确认状态。",
  },
};

/** The mail that reminds the user of an address that is not confirmed yet. */
export const verifyReminderTexts: InEveryLanguage<CodeMailTexts> = {
  en: {
    ...verifyEmailTexts.en,
    subject: (serviceName) => `Reminder: confirm your e-mail address for ${serviceName}`,
    request: (serviceName) =>
      `The e-mail address of your account at ${serviceName} is not confirmed yet. To confirm the address, open this link and press the button there:`,
  },
  de: {
    ...verifyEmailTexts.de,
    subject: (serviceName) => `Erinnerung: Bestätigen Sie Ihre E-Mail-Adresse für ${serviceName}`,
    request: (serviceName) =>
      `Die E-Mail-Adresse Ihres Kontos bei ${serviceName} ist noch nicht bestätigt. Um die Adresse zu bestätigen, öffnen Sie diesen Link und klicken Sie dort auf die Schaltfläche:`,
  },
  es: {
    ...verifyEmailTexts.es,
    subject: (serviceName) => `Recordatorio: confirme su dirección de correo para ${serviceName}`,
    request: (serviceName) =>
      `La dirección de correo de su cuenta en ${serviceName} aún no está confirmada. Para confirmar la dirección, abra este enlace y pulse el botón que encontrará allí:`,
  },
  zh: {
    ...verifyEmailTexts.zh,
    subject: (serviceName) => `提醒：请确认您在 ${serviceName} 使用的电子邮箱地址`,
    request: (serviceName) =>
      `您在 ${serviceName} 的账户的邮箱地址尚未确认。如需确认该地址，请打开以下链接并点击页面上的按钮：`,
  },
};
