import type { InEveryLanguage } from "../../../kernel/language.ts";

/** The texts that several pages share. */
export interface SharedTexts {
  readonly unavailable: string;
  readonly tooMany: string;
  readonly linkInvalid: string;
  readonly linkExpired: string;
  readonly email: string;
  readonly notAnAddress: string;
  readonly newMail: string;
  readonly sendMail: string;
  readonly mailbox: string;
  readonly help: string;
  readonly continueTo: (name: string) => string;
  readonly signIn: string;
}

/** The texts that several pages share, in each language. */
export const sharedTexts: InEveryLanguage<SharedTexts> = {
  en: {
    unavailable: "The service is not available right now. Please try again shortly.",
    tooMany: "There were too many attempts. Please wait a few minutes, then try again.",
    linkInvalid: "This link does not work",
    linkExpired: "This link has expired",
    email: "E-mail address",
    notAnAddress: "This is not a complete e-mail address. Please correct it.",
    newMail: "Request a new e-mail",
    sendMail: "Send a new e-mail",
    mailbox: "Check your mailbox",
    help: "Help: ",
    continueTo: (name) => `Continue to ${name}`,
    signIn: "Sign in",
  },
  de: {
    unavailable:
      "Der Dienst ist gerade nicht verfügbar. Bitte versuchen Sie es gleich noch einmal.",
    tooMany:
      "Es gab zu viele Versuche. Bitte warten Sie einige Minuten und versuchen Sie es dann erneut.",
    linkInvalid: "Dieser Link funktioniert nicht",
    linkExpired: "Dieser Link ist abgelaufen",
    email: "E-Mail-Adresse",
    notAnAddress: "Das ist keine vollständige E-Mail-Adresse. Bitte korrigieren Sie sie.",
    newMail: "Neue E-Mail anfordern",
    sendMail: "Neue E-Mail senden",
    mailbox: "Sehen Sie in Ihrem Postfach nach",
    help: "Hilfe: ",
    continueTo: (name) => `Weiter zu ${name}`,
    signIn: "Anmelden",
  },
  es: {
    unavailable:
      "El servicio no está disponible en este momento. Vuelva a intentarlo dentro de un momento.",
    tooMany: "Ha habido demasiados intentos. Espere unos minutos y vuelva a intentarlo.",
    linkInvalid: "Este enlace no funciona",
    linkExpired: "Este enlace ha caducado",
    email: "Correo electrónico",
    notAnAddress: "Esta dirección de correo no está completa. Corríjala, por favor.",
    newMail: "Solicitar un correo nuevo",
    sendMail: "Enviar un correo nuevo",
    mailbox: "Revise su correo",
    help: "Ayuda: ",
    continueTo: (name) => `Continuar a ${name}`,
    signIn: "Iniciar sesión",
  },
  zh: {
    unavailable: "服务暂时不可用，请稍后再试。",
    tooMany: "尝试次数过多，请等待几分钟后重试。",
    linkInvalid: "此链接无效",
    linkExpired: "此链接已过期",
    email: "邮箱地址",
    notAnAddress: "这不是完整的邮箱地址，请更正。",
    newMail: "获取新邮件",
    sendMail: "发送新邮件",
    mailbox: "请查看您的邮箱",
    help: "帮助：",
    continueTo: (name) => `前往 ${name}`,
    signIn: "登录",
  },
};
