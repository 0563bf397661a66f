import type { Addressee } from "./addressee.ts";
import type { MailBlock } from "./layout.ts";
import type { InEveryLanguage } from "./locale.ts";

const GREETINGS: InEveryLanguage<(name: string | null) => string> = {
  en: (name) => (name === null ? "Hello," : `Hello ${name},`),
  de: (name) => (name === null ? "Guten Tag," : `Guten Tag ${name},`),
  es: (name) => (name === null ? "Hola:" : `Hola, ${name}:`),
  zh: (name) => (name === null ? "您好：" : `${name}，您好：`),
};

/** The greeting that every mail opens with. */
export function greeting(reader: Addressee): MailBlock {
  return { kind: "paragraph", text: GREETINGS[reader.locale](reader.name) };
}
