import type { Addressee } from "./addressee.ts";
import type { RenderedMail } from "./layout.ts";
import type { InEveryLanguage } from "./locale.ts";
import { type NoticePhrases, renderNotice } from "./notice-letter.ts";

const PHRASES: InEveryLanguage<NoticePhrases> = {
  en: {
    subject: (serviceName) => `You already have an account at ${serviceName}`,
    news: (serviceName) =>
      `Somebody tried to sign up at ${serviceName} with this e-mail address. It already belongs to your account, so no new one was made, and yours was not changed.`,
    advice: [
      () =>
        "If it was you, sign in as usual. If you no longer know your password, ask for a new one there.",
      () => "If it was not you, ignore this mail.",
    ],
  },
  de: {
    subject: (serviceName) => `Sie haben bereits ein Konto bei ${serviceName}`,
    news: (serviceName) =>
      `Jemand wollte sich mit dieser E-Mail-Adresse bei ${serviceName} registrieren. Sie gehört bereits zu Ihrem Konto; daher wurde kein neues angelegt, und Ihres blieb unverändert.`,
    advice: [
      () =>
        "Falls Sie es waren, melden Sie sich wie gewohnt an. Falls Sie Ihr Passwort nicht mehr wissen, fordern Sie dort ein neues an.",
      () => "Falls Sie es nicht waren, ignorieren Sie diese E-Mail.",
    ],
  },
  es: {
    subject: (serviceName) => `Ya tiene una cuenta en ${serviceName}`,
    news: (serviceName) =>
      `Alguien ha intentado registrarse en ${serviceName} con esta dirección de correo. Ya pertenece a su cuenta, así que no se ha creado ninguna nueva ni se ha modificado la suya.`,
    advice: [
      () =>
        "Si ha sido usted, inicie sesión como siempre. Si no recuerda su contraseña, pida allí una nueva.",
      () => "Si no ha sido usted, ignore este mensaje.",
    ],
  },
  zh: {
    subject: (serviceName) => `您在 ${serviceName} 已有账户`,
    news: (serviceName) =>
      `有人尝试使用此邮箱地址在 ${serviceName} 注册。该地址已属于您的账户，因此没有创建新账户，您的账户也没有任何改变。`,
    advice: [
      () => "如果是您本人，请照常登录。如果忘记了密码，请在登录处申请重置。",
      () => "如果不是您本人，请忽略此邮件。",
    ],
  },
};

/** The mail to the owner of an address that somebody tried to register again. */
export function renderAccountExists(reader: Addressee): RenderedMail {
  return renderNotice(reader, PHRASES[reader.locale]);
}
