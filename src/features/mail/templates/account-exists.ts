import type { InEveryLanguage } from "../../../kernel/language.ts";
import type { NoticeTexts } from "./notice.ts";

/** The mail to the owner of an address with which a sign-up was attempted again. */
export const accountExistsTexts: InEveryLanguage<NoticeTexts> = {
  en: {
    subject: (serviceName) => `You already have an account at ${serviceName}`,
    news: (serviceName) =>
      `A sign-up at ${serviceName} was attempted with this e-mail address. The address already belongs to your account, so no new account was created and your account was not changed.`,
    advice: [
      () =>
        "If it was you, sign in as usual. If you no longer know your password, request a new one there.",
      () => "If it was not you, ignore this e-mail.",
    ],
  },
  de: {
    subject: (serviceName) => `Sie haben bereits ein Konto bei ${serviceName}`,
    news: (serviceName) =>
      `Mit dieser E-Mail-Adresse wurde eine Registrierung bei ${serviceName} versucht. Die Adresse gehört bereits zu Ihrem Konto; daher wurde kein neues angelegt, und Ihres blieb unverändert.`,
    advice: [
      () =>
        "Falls Sie das waren, melden Sie sich wie gewohnt an. Falls Sie Ihr Passwort nicht mehr wissen, fordern Sie dort ein neues an.",
      () => "Falls Sie das nicht waren, ignorieren Sie diese E-Mail.",
    ],
  },
  es: {
    subject: (serviceName) => `Ya tiene una cuenta en ${serviceName}`,
    news: (serviceName) =>
      `Se ha intentado crear una cuenta en ${serviceName} con esta dirección de correo. La dirección ya pertenece a su cuenta, así que no se ha creado ninguna nueva ni se ha modificado la suya.`,
    advice: [
      () =>
        "Si ha sido usted, inicie sesión como siempre. Si no recuerda su contraseña, solicite allí una nueva.",
      () => "Si no ha sido usted, ignore este mensaje.",
    ],
  },
  zh: {
    subject: (serviceName) => `您在 ${serviceName} 已有账户`,
    news: (serviceName) =>
      `我们收到使用此邮箱地址在 ${serviceName} 注册的请求。该地址已属于您的账户，因此没有创建新账户，您的账户也没有任何改变。`,
    advice: [
      () => "如果是您本人操作，请照常登录。如果忘记了密码，请在登录处申请重置。",
      () => "如果不是您本人操作，请忽略此邮件。",
    ],
  },
};
