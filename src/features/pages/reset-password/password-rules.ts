import type { Settings } from "../../../platform/config/settings.ts";
import type { InEveryLanguage, Language } from "../language.ts";

type Rules = Pick<Settings, "passwordMinLength" | "passwordRequire">;
type CharacterClass = Rules["passwordRequire"][number];

interface RuleTexts {
  readonly classes: Readonly<Record<CharacterClass, string>>;
  /** The rule in a sentence: a least length, and what has to be among the characters, or null. */
  readonly sentence: (minLength: number, classes: string | null) => string;
}

const ruleTexts: InEveryLanguage<RuleTexts> = {
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

/** What is asked of a new password, said before it is chosen. */
export function passwordHint(language: Language, rules: Rules): string {
  const { classes, sentence } = ruleTexts[language];
  const names = rules.passwordRequire.map((name) => classes[name]);
  const list = new Intl.ListFormat(language, { type: "conjunction" }).format(names);
  return sentence(rules.passwordMinLength, names.length === 0 ? null : list);
}
