import type { InEveryLanguage } from "../../../kernel/language.ts";

/** The texts of the page for the second factor. */
export interface SecondFactorTexts {
  readonly title: string;
  readonly text: string;
  readonly code: string;
  readonly trust: string;
  readonly passkeyButton: string;
}

/** The texts of the page for the second factor, in each language. */
export const secondFactorTexts: InEveryLanguage<SecondFactorTexts> = {
  en: {
    title: "Two-factor authentication",
    text: "Enter the code of your authenticator app, or one of your recovery codes, to finish the sign-in. You have five minutes.",
    code: "Code or recovery code",
    trust: "Trust this device for 30 days",
    passkeyButton: "Use a passkey instead",
  },
  de: {
    title: "Zwei-Faktor-Anmeldung",
    text: "Geben Sie den Code Ihrer Authenticator-App oder einen Ihrer Wiederherstellungscodes ein, um die Anmeldung abzuschließen. Sie haben fünf Minuten.",
    code: "Code oder Wiederherstellungscode",
    trust: "Diesem Gerät 30 Tage lang vertrauen",
    passkeyButton: "Stattdessen einen Passkey verwenden",
  },
  es: {
    title: "Verificación en dos pasos",
    text: "Introduzca el código de su aplicación de autenticación, o uno de sus códigos de recuperación, para terminar de iniciar sesión. Tiene cinco minutos.",
    code: "Código o código de recuperación",
    trust: "Confiar en este dispositivo durante 30 días",
    passkeyButton: "Usar una llave de acceso",
  },
  zh: {
    title: "两步验证",
    text: "请输入身份验证器应用中的验证码或一个恢复码以完成登录。有效时间为五分钟。",
    code: "验证码或恢复码",
    trust: "30 天内信任此设备",
    passkeyButton: "改用通行密钥",
  },
};
