import type { InEveryLanguage, Language } from "../../../kernel/language.ts";
import type { Settings } from "../../../platform/config/settings.ts";
import { englishFaultTexts, type PasswordFaultTexts } from "../../passwords/index.ts";

/** What is wrong with a new password, in each language. */
export const passwordFaultTexts: InEveryLanguage<
  PasswordFaultTexts & { readonly mismatch: string }
> = {
  en: { ...englishFaultTexts, mismatch: "Passwords do not match." },
  de: {
    mismatch: "Die Passwörter stimmen nicht überein.",
    invalid_character: "Das Passwort enthält ein ungültiges Zeichen.",
    control_character: "Das Passwort darf keine Steuerzeichen enthalten.",
    too_long: (length) => `Das Passwort darf höchstens ${length} Zeichen haben.`,
    too_short: (length) => `Das Passwort muss mindestens ${length} Zeichen haben.`,
    missing_upper: "Das Passwort muss einen Großbuchstaben enthalten.",
    missing_lower: "Das Passwort muss einen Kleinbuchstaben enthalten.",
    missing_digit: "Das Passwort muss eine Ziffer enthalten.",
    missing_symbol: "Das Passwort muss ein Zeichen enthalten, das weder Buchstabe noch Ziffer ist.",
    blocklisted: "Das Passwort ist eines der am häufigsten verwendeten.",
    breached:
      "Das Passwort steht auf einer Liste von Passwörtern, die bei anderen Diensten gestohlen wurden.",
    context_word:
      "Das Passwort darf nicht der Name dieses Dienstes, der Benutzername oder die E-Mail-Adresse sein.",
  },
  es: {
    mismatch: "Las contraseñas no coinciden.",
    invalid_character: "La contraseña contiene un carácter no válido.",
    control_character: "La contraseña no puede contener caracteres de control.",
    too_long: (length) => `La contraseña puede tener como máximo ${length} caracteres.`,
    too_short: (length) => `La contraseña debe tener al menos ${length} caracteres.`,
    missing_upper: "La contraseña debe contener una mayúscula.",
    missing_lower: "La contraseña debe contener una minúscula.",
    missing_digit: "La contraseña debe contener una cifra.",
    missing_symbol: "La contraseña debe contener un carácter que no sea letra ni cifra.",
    blocklisted: "La contraseña es una de las más usadas.",
    breached: "La contraseña figura en una lista de contraseñas robadas a otros servicios.",
    context_word:
      "La contraseña no puede ser el nombre de este servicio, el nombre de usuario ni el correo electrónico.",
  },
  zh: {
    mismatch: "两次输入的密码不一致。",
    invalid_character: "密码含有无效字符。",
    control_character: "密码不能含有控制字符。",
    too_long: (length) => `密码最多可有 ${length} 个字符。`,
    too_short: (length) => `密码至少要有 ${length} 个字符。`,
    missing_upper: "密码必须包含大写字母。",
    missing_lower: "密码必须包含小写字母。",
    missing_digit: "密码必须包含数字。",
    missing_symbol: "密码必须包含一个既非字母也非数字的字符。",
    blocklisted: "该密码属于最常用的密码之一。",
    breached: "该密码出现在其他服务被盗的密码列表中。",
    context_word: "密码不能是本服务的名称、用户名或邮箱地址。",
  },
};

/** The operator's rules for a new password. */
export type PasswordSettings = Pick<Settings, "passwordMinLength" | "passwordRequire">;

interface HintTexts {
  readonly classes: Readonly<Record<PasswordSettings["passwordRequire"][number], string>>;
  /** The rules as a sentence. `classes` is the list of required kinds of characters, or null if there are none. */
  readonly sentence: (minLength: number, classes: string | null) => string;
}

const hintTexts: InEveryLanguage<HintTexts> = {
  en: {
    classes: {
      upper: "an upper-case letter",
      lower: "a lower-case letter",
      digit: "a digit",
      symbol: "a symbol",
    },
    sentence: (minLength, classes) =>
      `At least ${minLength} characters${classes === null ? "" : `, with ${classes}`}.`,
  },
  de: {
    classes: {
      upper: "ein Großbuchstabe",
      lower: "ein Kleinbuchstabe",
      digit: "eine Ziffer",
      symbol: "ein Sonderzeichen",
    },
    sentence: (minLength, classes) =>
      `Mindestens ${minLength} Zeichen${classes === null ? "" : `, darunter ${classes}`}.`,
  },
  es: {
    classes: {
      upper: "una mayúscula",
      lower: "una minúscula",
      digit: "una cifra",
      symbol: "un símbolo",
    },
    sentence: (minLength, classes) =>
      `Al menos ${minLength} caracteres${classes === null ? "" : `, con ${classes}`}.`,
  },
  zh: {
    classes: { upper: "大写字母", lower: "小写字母", digit: "数字", symbol: "符号" },
    sentence: (minLength, classes) =>
      `至少 ${minLength} 个字符${classes === null ? "" : `，须包含${classes}`}。`,
  },
};

/** The rules for a new password, shown above its field. */
export function passwordHint(language: Language, rules: PasswordSettings): string {
  const { classes, sentence } = hintTexts[language];
  const names = rules.passwordRequire.map((name) => classes[name]);
  const list = new Intl.ListFormat(language, { type: "conjunction" }).format(names);
  return sentence(rules.passwordMinLength, names.length === 0 ? null : list);
}
