import type { InEveryLanguage } from "../../../kernel/language.ts";
import { german } from "./texts/german.ts";
import { english } from "./texts/english.ts";
import { spanish } from "./texts/spanish.ts";
import { chinese } from "./texts/chinese.ts";

/** The texts of the account page in one language. All of them are plain text. */
export type AccountTexts = typeof english;

/** The texts of the account page in each language. */
export const accountTexts: InEveryLanguage<AccountTexts> = {
  en: english,
  de: german,
  es: spanish,
  zh: chinese,
};
