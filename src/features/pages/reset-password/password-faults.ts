import type { Language } from "../language.ts";

/** What can be wrong with a new password, by the sentence that the policy says it with, with a hash for its number. */
const translations: Readonly<Record<string, Readonly<Record<Exclude<Language, "en">, string>>>> = {
  "Passwords do not match.": {
    de: "Die Passwörter stimmen nicht überein.",
    es: "Las contraseñas no coinciden.",
    zh: "两次输入的密码不一致。",
  },
  "The password contains a broken character.": {
    de: "Das Passwort enthält ein beschädigtes Zeichen.",
    es: "La contraseña contiene un carácter dañado.",
    zh: "密码含有损坏的字符。",
  },
  "The password must not contain control characters.": {
    de: "Das Passwort darf keine Steuerzeichen enthalten.",
    es: "La contraseña no puede contener caracteres de control.",
    zh: "密码不能含有控制字符。",
  },
  "The password must have at most # characters.": {
    de: "Das Passwort darf höchstens # Zeichen haben.",
    es: "La contraseña puede tener como máximo # caracteres.",
    zh: "密码最多可有 # 个字符。",
  },
  "The password must have at least # characters.": {
    de: "Das Passwort muss mindestens # Zeichen haben.",
    es: "La contraseña debe tener al menos # caracteres.",
    zh: "密码至少要有 # 个字符。",
  },
  "The password must contain an upper-case letter.": {
    de: "Das Passwort muss einen Großbuchstaben enthalten.",
    es: "La contraseña debe contener una mayúscula.",
    zh: "密码必须包含大写字母。",
  },
  "The password must contain a lower-case letter.": {
    de: "Das Passwort muss einen Kleinbuchstaben enthalten.",
    es: "La contraseña debe contener una minúscula.",
    zh: "密码必须包含小写字母。",
  },
  "The password must contain a digit.": {
    de: "Das Passwort muss eine Ziffer enthalten.",
    es: "La contraseña debe contener una cifra.",
    zh: "密码必须包含数字。",
  },
  "The password must contain a character that is neither a letter nor a digit.": {
    de: "Das Passwort muss ein Zeichen enthalten, das weder Buchstabe noch Ziffer ist.",
    es: "La contraseña debe contener un carácter que no sea letra ni cifra.",
    zh: "密码必须包含一个既非字母也非数字的字符。",
  },
  "The password is one of the most commonly used ones.": {
    de: "Das Passwort ist eines der am häufigsten verwendeten.",
    es: "La contraseña es una de las más usadas.",
    zh: "该密码属于最常用的密码之一。",
  },
  "The password must not be the name of this service, the username or the e-mail address.": {
    de: "Das Passwort darf nicht der Name dieses Dienstes, der Benutzername oder die E-Mail-Adresse sein.",
    es: "La contraseña no puede ser el nombre de este servicio, el nombre de usuario ni el correo electrónico.",
    zh: "密码不能是本服务的名称、用户名或邮箱地址。",
  },
};

/** A sentence of the password policy in another language; as it is where it has no translation. */
export function translateFault(language: Language, sentence: string): string {
  if (language === "en") return sentence;
  const number = /\d+/.exec(sentence)?.[0];
  if (number === undefined) return translations[sentence]?.[language] ?? sentence;
  return translations[sentence.replace(number, "#")]?.[language].replace("#", number) ?? sentence;
}
