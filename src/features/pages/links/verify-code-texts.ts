import type { InEveryLanguage } from "../../../kernel/language.ts";

/** The texts of the pages that take the code of a mail which verifies an address. */
export const verifyCodeTexts: InEveryLanguage<{
  readonly button: string;
  /** Without an occasion: the user opened the page. */
  readonly text: string;
  /** After a sign-up. It is the same whether the address was free or not, where accounts are concealed. */
  readonly signedUp: string;
  readonly unverifiedTitle: string;
  readonly unverified: string;
}> = {
  en: {
    button: "Confirm e-mail address",
    text: "Enter your address and the code of the e-mail that you received from us.",
    signedUp:
      "We have sent you an e-mail. Open its link, or enter its code here, to confirm your address.",
    unverifiedTitle: "Confirm your e-mail address first",
    unverified:
      "Your password is right, but your e-mail address is not confirmed yet. Open the link of the e-mail that we sent you, or enter its code here.",
  },
  de: {
    button: "E-Mail-Adresse bestätigen",
    text: "Geben Sie Ihre Adresse und den Code aus der E-Mail ein, die Sie von uns bekommen haben.",
    signedUp:
      "Wir haben Ihnen eine E-Mail gesendet. Öffnen Sie den Link darin oder geben Sie den Code hier ein, um Ihre Adresse zu bestätigen.",
    unverifiedTitle: "Bestätigen Sie zuerst Ihre E-Mail-Adresse",
    unverified:
      "Ihr Passwort stimmt, aber Ihre E-Mail-Adresse ist noch nicht bestätigt. Öffnen Sie den Link in der E-Mail von uns oder geben Sie den Code daraus hier ein.",
  },
  es: {
    button: "Confirmar correo electrónico",
    text: "Escriba su dirección y el código del correo que le hemos enviado.",
    signedUp:
      "Le hemos enviado un correo. Abra su enlace o escriba aquí su código para confirmar la dirección.",
    unverifiedTitle: "Confirme primero su correo electrónico",
    unverified:
      "La contraseña es correcta, pero su correo electrónico aún no está confirmado. Abra el enlace del correo que le enviamos o escriba aquí su código.",
  },
  zh: {
    button: "确认邮箱地址",
    text: "请输入您的地址以及我们发送的邮件中的验证码。",
    signedUp: "我们已向您发送邮件。请打开其中的链接，或在此输入验证码，以确认您的地址。",
    unverifiedTitle: "请先确认您的邮箱地址",
    unverified:
      "密码正确，但您的邮箱地址尚未确认。请打开我们发送的邮件中的链接，或在此输入其中的验证码。",
  },
};
