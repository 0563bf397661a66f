import type { InEveryLanguage } from "../../../kernel/language.ts";
import type { CodeMailTexts } from "./link-mail.ts";

/** The mail to sign in with. */
export const magicLinkTexts: InEveryLanguage<CodeMailTexts> = {
  en: {
    subject: (serviceName) => `Sign in to ${serviceName}`,
    request: (serviceName) =>
      `A sign-in to ${serviceName} with this e-mail address was requested. If you requested it, open this link and press the button there:`,
    button: "Sign in",
    codeHint: "Or enter this code where you are signing in:",
    notYou:
      "If you did not request it, ignore this e-mail. Do not share the link or the code with anyone: either of them is enough to sign in as you.",
  },
  de: {
    subject: (serviceName) => `Anmelden bei ${serviceName}`,
    request: (serviceName) =>
      `Mit dieser E-Mail-Adresse wurde eine Anmeldung bei ${serviceName} angefordert. Falls Sie das waren, öffnen Sie diesen Link und klicken Sie dort auf die Schaltfläche:`,
    button: "Anmelden",
    codeHint: "Oder geben Sie diesen Code dort ein, wo Sie sich gerade anmelden:",
    notYou:
      "Falls Sie das nicht waren, ignorieren Sie diese E-Mail. Geben Sie Link und Code an niemanden weiter: Schon einer von beiden genügt, um sich an Ihrer Stelle anzumelden.",
  },
  es: {
    subject: (serviceName) => `Inicie sesión en ${serviceName}`,
    request: (serviceName) =>
      `Se ha solicitado iniciar sesión en ${serviceName} con esta dirección de correo. Si lo ha solicitado usted, abra este enlace y pulse el botón que encontrará allí:`,
    button: "Iniciar sesión",
    codeHint: "O introduzca este código donde está iniciando sesión:",
    notYou:
      "Si no lo ha solicitado usted, ignore este mensaje. No comparta con nadie el enlace ni el código: cualquiera de los dos basta para iniciar sesión en su nombre.",
  },
  zh: {
    subject: (serviceName) => `登录 ${serviceName}`,
    request: (serviceName) =>
      `我们收到使用此邮箱地址登录 ${serviceName} 的请求。如果是您本人操作，请打开以下链接并点击页面上的按钮：`,
    button: "登录",
    codeHint: "或在登录页面输入此验证码：",
    notYou:
      "如果不是您本人操作，请忽略此邮件。请勿将链接或验证码告诉任何人：凭其中任意一项即可以您的身份登录。",
  },
};
