import type { InEveryLanguage } from "../../../kernel/language.ts";

/** The texts of the consent page. `{client}`, `{email}`, `{resource}` and `{place}` are replaced. */
export interface ConsentTexts {
  readonly title: string;
  readonly text: string;
  readonly scopes: Readonly<Record<string, string>>;
  readonly otherScope: string;
  readonly resource: string;
  readonly account: string;
  readonly place: string;
  readonly allow: string;
  readonly deny: string;
}

/** The texts of the consent page, in each language. */
export const consentTexts: InEveryLanguage<ConsentTexts> = {
  en: {
    title: "Sign in to {client}",
    text: "{client} asks for this:",
    scopes: {
      openid: "to recognise you when you return",
      profile: "your name, username, picture and language",
      email: "your e-mail address",
      phone: "your telephone number",
      roles: "your roles",
      offline_access: "to keep its access while you are not using it",
    },
    otherScope: "the permission “{scope}”",
    resource: "to act for you at {resource}",
    account: "You are signed in as {email}.",
    place: "You then continue at {place}. You can withdraw this in your account at any time.",
    allow: "Allow",
    deny: "Do not allow",
  },
  de: {
    title: "Bei {client} anmelden",
    text: "{client} bittet um Folgendes:",
    scopes: {
      openid: "Sie wiederzuerkennen, wenn Sie zurückkehren",
      profile: "Ihren Namen, Benutzernamen, Ihr Bild und Ihre Sprache",
      email: "Ihre E-Mail-Adresse",
      phone: "Ihre Telefonnummer",
      roles: "Ihre Rollen",
      offline_access: "den Zugriff zu behalten, während Sie es nicht benutzen",
    },
    otherScope: "die Berechtigung „{scope}“",
    resource: "in Ihrem Namen auf {resource} zuzugreifen",
    account: "Sie sind als {email} angemeldet.",
    place:
      "Danach geht es bei {place} weiter. Sie können dies jederzeit in Ihrem Konto widerrufen.",
    allow: "Erlauben",
    deny: "Nicht erlauben",
  },
  es: {
    title: "Iniciar sesión en {client}",
    text: "{client} solicita lo siguiente:",
    scopes: {
      openid: "reconocerle cuando vuelva",
      profile: "su nombre, nombre de usuario, imagen e idioma",
      email: "su dirección de correo electrónico",
      phone: "su número de teléfono",
      roles: "sus roles",
      offline_access: "conservar el acceso mientras usted no lo usa",
    },
    otherScope: "el permiso «{scope}»",
    resource: "actuar en su nombre en {resource}",
    account: "Ha iniciado sesión como {email}.",
    place:
      "Después continuará en {place}. Puede retirar este permiso en su cuenta en cualquier momento.",
    allow: "Permitir",
    deny: "No permitir",
  },
  zh: {
    title: "登录 {client}",
    text: "{client} 请求以下权限：",
    scopes: {
      openid: "在您再次访问时识别您",
      profile: "您的姓名、用户名、头像和语言",
      email: "您的邮箱地址",
      phone: "您的电话号码",
      roles: "您的角色",
      offline_access: "在您不使用时保持访问权限",
    },
    otherScope: "权限“{scope}”",
    resource: "代表您访问 {resource}",
    account: "您当前登录的账户是 {email}。",
    place: "之后您将前往 {place}。您可以随时在账户中撤销此授权。",
    allow: "允许",
    deny: "不允许",
  },
};
