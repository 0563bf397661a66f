/** The languages that pages and mails are written in, by their primary subtag. `zh` is written in simplified characters. */
export const languages = ["en", "de", "es", "zh"] as const;

/** One of those languages. */
export type Language = (typeof languages)[number];

/** The language for a user who has none of those. */
export const defaultLanguage: Language = "en";

/** A value for each language, such as all texts of a page. */
export type InEveryLanguage<Value> = Readonly<Record<Language, Value>>;

/** The language of a tag by its primary subtag (BCP 47 §2.2.1), so that `es-MX` is Spanish; null for every other language. */
export function findLanguage(tag: string): Language | null {
  const primary = tag.toLowerCase().split("-", 1)[0];
  return languages.find((language) => language === primary) ?? null;
}

/** The tag of a language for the attribute `lang` of HTML (BCP 47), with the script where it matters. */
export function languageTag(language: Language): string {
  return language === "zh" ? "zh-Hans" : language;
}
