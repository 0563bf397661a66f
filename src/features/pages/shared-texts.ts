import type { InEveryLanguage } from "./language.ts";

/** What all pages say alike. */
export interface SharedTexts {
  readonly away: string;
  readonly linkInvalid: string;
  readonly linkExpired: string;
  readonly email: string;
  readonly notAnAddress: string;
  readonly newMail: string;
  readonly sendMail: string;
  readonly mailbox: string;
}

/** What all pages say alike, in each language. */
export const sharedTexts: InEveryLanguage<SharedTexts> = {
  en: {
    away: "This did not work just now. Please try again in a moment.",
    linkInvalid: "This link does not work",
    linkExpired: "This link has expired",
    email: "E-mail address",
    notAnAddress: "This is not a complete e-mail address. Please correct it.",
    newMail: "Get a new mail",
    sendMail: "Send a new mail",
    mailbox: "Check your mailbox",
  },
  de: {
    away: "Das hat gerade nicht geklappt. Bitte versuchen Sie es gleich noch einmal.",
    linkInvalid: "Dieser Link funktioniert nicht",
    linkExpired: "Dieser Link ist abgelaufen",
    email: "E-Mail-Adresse",
    notAnAddress: "Das ist keine vollständige E-Mail-Adresse. Bitte korrigieren Sie sie.",
    newMail: "Neue E-Mail anfordern",
    sendMail: "Neue E-Mail senden",
    mailbox: "Sehen Sie in Ihrem Postfach nach",
  },
  es: {
    away: "Ahora mismo no ha funcionado. Vuelva a intentarlo dentro de un momento.",
    linkInvalid: "Este enlace no funciona",
    linkExpired: "Este enlace ha caducado",
    email: "Correo electrónico",
    notAnAddress: "Esta dirección de correo no está completa. Corríjala, por favor.",
    newMail: "Pedir un correo nuevo",
    sendMail: "Enviar un correo nuevo",
    mailbox: "Revise su correo",
  },
  zh: {
    away: "刚才没有成功，请稍后再试。",
    linkInvalid: "此链接无效",
    linkExpired: "此链接已过期",
    email: "邮箱地址",
    notAnAddress: "这不是完整的邮箱地址，请更正。",
    newMail: "获取新邮件",
    sendMail: "发送新邮件",
    mailbox: "请查看您的邮箱",
  },
};
