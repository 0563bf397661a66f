import {
  defaultLanguage,
  findLanguage,
  type InEveryLanguage,
  type Language,
} from "../../../kernel/language.ts";
import type { MailBlock } from "./layout.ts";
import type { Sender } from "./sender.ts";

/** The user that a mail is written to, and the service that sends it. */
export interface Recipient {
  readonly sender: Sender;
  /** The name in the greeting, or null for a greeting without a name. */
  readonly name: string | null;
  readonly language: Language;
}

/** The recipient of a mail, by the user's own name and language tag (BCP 47) as they are stored. */
export function recipientOf(user: {
  readonly sender: Sender;
  readonly name: string | null;
  readonly locale: string | null;
}): Recipient {
  return {
    sender: user.sender,
    name: greetingName(user.name),
    language: findLanguage(user.locale ?? "") ?? defaultLanguage,
  };
}

const GREETING_NAME = /^[\p{L}\p{M}'’ .-]{1,64}$/u;

/**
 * The name for a greeting, or null. Anyone can register the address of another person and so choose the name in the mail
 * that this person gets. A name that a mail program could turn into a link, or that has digits, is therefore not used.
 */
export function greetingName(name: string | null): string | null {
  const trimmed = name?.trim().replaceAll(/\s+/g, " ") ?? "";
  return GREETING_NAME.test(trimmed) && !/\.[\p{L}\p{M}]/u.test(trimmed) ? trimmed : null;
}

const GREETINGS: InEveryLanguage<(name: string | null) => string> = {
  en: (name) => (name === null ? "Hello," : `Hello ${name},`),
  de: (name) => (name === null ? "Guten Tag," : `Guten Tag ${name},`),
  es: (name) => (name === null ? "Hola:" : `Hola, ${name}:`),
  zh: (name) => (name === null ? "您好：" : `${name}，您好：`),
};

/** The greeting at the start of every mail. */
export function greeting({ language, name }: Recipient): MailBlock {
  return { kind: "paragraph", text: GREETINGS[language](name) };
}
