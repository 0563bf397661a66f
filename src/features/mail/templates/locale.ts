/** The languages that mails are written in. */
export type MailLocale = "en";

const MAIL_LOCALES: readonly MailLocale[] = ["en"];

/** The language for a reader who asked for `locale` (a BCP 47 tag, such as `en-GB`): its primary one, else English. */
export function mailLocale(locale: string): MailLocale {
  const primary = locale.toLowerCase().split("-", 1)[0];
  return MAIL_LOCALES.find((known) => known === primary) ?? "en";
}
