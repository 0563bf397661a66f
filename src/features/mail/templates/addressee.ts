import { greetingName } from "./greeting-name.ts";
import { mailLocale, type MailLocale } from "./locale.ts";

/** Whom a mail is for, and in whose name. */
export interface Addressee {
  readonly serviceName: string;
  /** What she is greeted by, or null for nothing. */
  readonly name: string | null;
  readonly locale: MailLocale;
}

/** The reader of a mail, by what she says of herself: her name as she wrote it, her language as a tag (BCP 47). */
export function addressee(given: {
  serviceName: string;
  name: string | null;
  locale: string | null;
}): Addressee {
  const { serviceName, name, locale } = given;
  return { serviceName, name: greetingName(name), locale: mailLocale(locale ?? "en") };
}
