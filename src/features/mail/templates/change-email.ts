import type { InEveryLanguage } from "../../../kernel/language.ts";
import type { LinkMailTexts } from "./link-mail.ts";

/** The mail to a new address, to confirm it. */
export const changeEmailTexts: InEveryLanguage<LinkMailTexts> = {
  en: {
    subject: (serviceName) => `Confirm your new e-mail address for ${serviceName}`,
    request: (serviceName) =>
      `This e-mail address was entered as the new address of an account at ${serviceName}. If you entered it, open this link and press the button there:`,
    button: "Confirm the new address",
    notYou: "If you did not, ignore this e-mail: nothing changes without your confirmation.",
  },
  de: {
    subject: (serviceName) => `Bestätigen Sie Ihre neue E-Mail-Adresse für ${serviceName}`,
    request: (serviceName) =>
      `Diese E-Mail-Adresse wurde als neue Adresse eines Kontos bei ${serviceName} angegeben. Falls Sie das waren, öffnen Sie diesen Link und klicken Sie dort auf die Schaltfläche:`,
    button: "Neue Adresse bestätigen",
    notYou:
      "Falls Sie das nicht waren, ignorieren Sie diese E-Mail: Ohne Ihre Bestätigung ändert sich nichts.",
  },
  es: {
    subject: (serviceName) => `Confirme su nueva dirección de correo para ${serviceName}`,
    request: (serviceName) =>
      `Esta dirección de correo se ha indicado como nueva dirección de una cuenta en ${serviceName}. Si la ha indicado usted, abra este enlace y pulse el botón que encontrará allí:`,
    button: "Confirmar la nueva dirección",
    notYou: "Si no ha sido usted, ignore este mensaje: sin su confirmación no cambia nada.",
  },
  zh: {
    subject: (serviceName) => `请确认您在 ${serviceName} 使用的新邮箱地址`,
    request: (serviceName) =>
      `此邮箱地址被填写为 ${serviceName} 账户的新地址。如果是您本人操作，请打开以下链接并点击页面上的按钮：`,
    button: "确认新邮箱地址",
    notYou: "如果不是您本人操作，请忽略此邮件。未经您确认，不会作任何更改。",
  },
};
