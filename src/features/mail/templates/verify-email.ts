import { durationWords } from "./duration-words.ts";
import { greetingName } from "./greeting-name.ts";
import { renderMail, type RenderedMail } from "./layout.ts";
import { mailLocale, type MailLocale } from "./locale.ts";

/** What the mail that asks to confirm an address is made of. `locale` is the reader's (BCP 47); unknown ones get English. */
export interface VerifyEmailInput {
  readonly serviceName: string;
  readonly link: string;
  /** Six digits. */
  readonly code: string;
  readonly linkTtlSeconds: number;
  readonly codeTtlSeconds: number;
  readonly name: string | null;
  readonly locale: string;
}

interface Phrases {
  readonly subject: (serviceName: string) => string;
  readonly greeting: (name: string | null) => string;
  readonly request: (serviceName: string) => string;
  readonly button: string;
  readonly fallback: string;
  readonly codeHint: string;
  readonly expiry: (linkTtl: string, codeTtl: string) => string;
  readonly nothingYet: string;
  readonly notYou: string;
}

const PHRASES: Readonly<Record<MailLocale, Phrases>> = {
  en: {
    subject: (serviceName) => `Confirm your e-mail address for ${serviceName}`,
    greeting: (name) => (name === null ? "Hello," : `Hello ${name},`),
    request: (serviceName) =>
      `An account at ${serviceName} was made with this e-mail address. To confirm that the address is yours, open this link and press the button there:`,
    button: "Confirm e-mail address",
    fallback: "If the button does not work, open this link:",
    codeHint: "Or enter this code where you signed up:",
    expiry: (linkTtl, codeTtl) =>
      `The link works once, for ${linkTtl}. The code works once, for ${codeTtl}.`,
    nothingYet: "Opening the link changes nothing until you press the button on the page.",
    notYou:
      "If it was not you who signed up, ignore this mail. Without your confirmation the address stays unconfirmed.",
  },
};

/** The mail that asks to confirm an address, with link and code on lines of their own in its text part. */
export function renderVerifyEmail(input: VerifyEmailInput): RenderedMail {
  const locale = mailLocale(input.locale);
  const phrases = PHRASES[locale];
  const expiry = phrases.expiry(
    durationWords(input.linkTtlSeconds, locale),
    durationWords(input.codeTtlSeconds, locale),
  );
  return renderMail({
    locale,
    serviceName: input.serviceName,
    subject: phrases.subject(input.serviceName),
    blocks: [
      { kind: "paragraph", text: phrases.greeting(greetingName(input.name)) },
      { kind: "paragraph", text: phrases.request(input.serviceName) },
      { kind: "button", label: phrases.button, fallback: phrases.fallback, link: input.link },
      { kind: "paragraph", text: phrases.codeHint },
      { kind: "code", code: input.code },
      { kind: "note", text: expiry },
      { kind: "note", text: phrases.nothingYet },
      { kind: "note", text: phrases.notYou },
    ],
  });
}
