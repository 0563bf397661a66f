import type { InEveryLanguage } from "../../../kernel/language.ts";
import type { LinkMailTexts } from "./link-mail.ts";

/** The mail to choose a new password. */
export const resetPasswordTexts: InEveryLanguage<LinkMailTexts> = {
  en: {
    subject: (serviceName) => `Choose a new password for ${serviceName}`,
    request: (serviceName) =>
      `A new password for your account at ${serviceName} was requested. If you requested it, open this link and choose the new password there:`,
    button: "Choose a new password",
    notYou:
      "If you did not request it, ignore this e-mail: your password stays the same. Do not share the link with anyone.",
  },
  de: {
    subject: (serviceName) => `Neues Passwort für ${serviceName} wählen`,
    request: (serviceName) =>
      `Für Ihr Konto bei ${serviceName} wurde ein neues Passwort angefordert. Falls Sie das waren, öffnen Sie diesen Link und wählen Sie dort das neue Passwort:`,
    button: "Neues Passwort wählen",
    notYou:
      "Falls Sie das nicht waren, ignorieren Sie diese E-Mail: Ihr Passwort bleibt unverändert. Geben Sie den Link an niemanden weiter.",
  },
  es: {
    subject: (serviceName) => `Elija una contraseña nueva para ${serviceName}`,
    request: (serviceName) =>
      `Se ha solicitado una contraseña nueva para su cuenta en ${serviceName}. Si la ha solicitado usted, abra este enlace y elija allí la contraseña nueva:`,
    button: "Elegir una contraseña nueva",
    notYou:
      "Si no la ha solicitado usted, ignore este mensaje: su contraseña no cambia. No comparta el enlace con nadie.",
  },
  zh: {
    subject: (serviceName) => `为 ${serviceName} 设置新密码`,
    request: (serviceName) =>
      `我们收到为您在 ${serviceName} 的账户设置新密码的请求。如果是您本人操作，请打开以下链接并在页面上设置新密码：`,
    button: "设置新密码",
    notYou: "如果不是您本人操作，请忽略此邮件，您的密码不会改变。请勿将链接告诉任何人。",
  },
};

/** The mail to choose the first password of an account that an administrator created for the user. */
export const invitationTexts: InEveryLanguage<LinkMailTexts> = {
  en: {
    subject: (serviceName) => `Your account at ${serviceName}`,
    request: (serviceName) =>
      `An account at ${serviceName} was created for you with this e-mail address. To use it, open this link and choose a password there:`,
    button: "Choose a password",
    notYou:
      "If you did not expect this, ignore this e-mail: nothing happens until you choose a password. Do not share the link with anyone.",
  },
  de: {
    subject: (serviceName) => `Ihr Konto bei ${serviceName}`,
    request: (serviceName) =>
      `Für Sie wurde mit dieser E-Mail-Adresse ein Konto bei ${serviceName} angelegt. Um es zu benutzen, öffnen Sie diesen Link und wählen Sie dort ein Passwort:`,
    button: "Passwort wählen",
    notYou:
      "Falls Sie das nicht erwartet haben, ignorieren Sie diese E-Mail: Es geschieht nichts, solange Sie kein Passwort wählen. Geben Sie den Link an niemanden weiter.",
  },
  es: {
    subject: (serviceName) => `Su cuenta en ${serviceName}`,
    request: (serviceName) =>
      `Se ha creado para usted una cuenta en ${serviceName} con esta dirección de correo. Para usarla, abra este enlace y elija allí una contraseña:`,
    button: "Elegir una contraseña",
    notYou:
      "Si no lo esperaba, ignore este mensaje: no ocurre nada mientras no elija una contraseña. No comparta el enlace con nadie.",
  },
  zh: {
    subject: (serviceName) => `您在 ${serviceName} 的账户`,
    request: (serviceName) =>
      `我们已使用此邮箱地址在 ${serviceName} 为您创建账户。如需使用该账户，请打开以下链接并在页面上设置密码：`,
    button: "设置密码",
    notYou:
      "如果您不清楚此事，请忽略此邮件：在您设置密码之前不会发生任何变化。请勿将链接告诉任何人。",
  },
};
