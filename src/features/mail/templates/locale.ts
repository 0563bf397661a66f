/** The languages that mails are written in; `zh` in simplified characters. */
export type MailLocale = "en" | "de" | "es" | "zh";

/** All of them. */
export const MAIL_LOCALES: readonly MailLocale[] = ["en", "de", "es", "zh"];

/** What something is in every language. */
export type InEveryLanguage<T> = Readonly<Record<MailLocale, T>>;

/** The language for a reader who asked for `locale` (a BCP 47 tag, such as `en-GB`): its primary one, else English. */
export function mailLocale(locale: string): MailLocale {
  const primary = locale.toLowerCase().split("-", 1)[0];
  return MAIL_LOCALES.find((known) => known === primary) ?? "en";
}
