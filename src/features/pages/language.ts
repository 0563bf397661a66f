/** The languages that pages are written in. */
export type Language = "en" | "de" | "es" | "zh";

/** All that a page says, in each language. */
export type InEveryLanguage<Texts> = Readonly<Record<Language, Texts>>;

/** Who looks at a page: what it is called there, and the language to say it in. */
export interface Reader {
  readonly serviceName: string;
  readonly language: Language;
}

const LANGUAGES: readonly Language[] = ["en", "de", "es", "zh"];

/**
 * The language that a browser likes best of those we have (RFC 9110 §12.5.4), by primary subtags, so that `es-MX` is
 * Spanish; of equally liked ones the first. English where it likes none, or says nothing that can be read.
 */
export function preferredLanguage(acceptLanguage: string | null): Language {
  let best: { language: Language; weight: number } = { language: "en", weight: 0 };
  for (const range of (acceptLanguage ?? "").toLowerCase().split(",")) {
    const [tag = "", ...parameters] = range.split(";").map((part) => part.trim());
    const language = LANGUAGES.find((known) => known === tag.split("-", 1)[0]);
    const weight = Number(parameters.find((part) => part.startsWith("q="))?.slice(2) ?? "1");
    if (language && weight > best.weight) best = { language, weight };
  }
  return best.language;
}

/** The BCP 47 tag of a language as we write it: our Chinese has simplified characters. */
export function languageTag(language: Language): string {
  return language === "zh" ? "zh-Hans" : language;
}
