import type { InEveryLanguage, Language } from "../../../kernel/language.ts";
import { renderHtmlPart } from "./html-part.ts";
import type { Sender } from "./sender.ts";
import { renderTextPart } from "./text-part.ts";

/** A part of a mail: the text part and the HTML part each lay it out in their own way. */
export type MailBlock =
  | { readonly kind: "paragraph" | "note"; readonly text: string }
  | {
      readonly kind: "button";
      readonly label: string;
      readonly fallback: string;
      readonly link: string;
    }
  | { readonly kind: "link"; readonly label: string; readonly link: string }
  | { readonly kind: "code"; readonly code: string }
  | { readonly kind: "facts"; readonly lines: readonly string[] };

/** The content of a mail before it is laid out. All of it is plain text. */
export interface MailLayout {
  readonly language: Language;
  readonly sender: Sender;
  readonly subject: string;
  /** What lists of mails show beside the subject. */
  readonly preview: string;
  readonly blocks: readonly MailBlock[];
}

/** A mail without its sender and recipient. */
export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** The texts at the foot of every mail. */
export interface FootTexts {
  readonly help: string;
  readonly continueTo: (name: string) => string;
}

const footTexts: InEveryLanguage<FootTexts> = {
  en: { help: "Help: ", continueTo: (name) => `Continue to ${name}` },
  de: { help: "Hilfe: ", continueTo: (name) => `Weiter zu ${name}` },
  es: { help: "Ayuda: ", continueTo: (name) => `Continuar a ${name}` },
  zh: { help: "帮助：", continueTo: (name) => `前往 ${name}` },
};

/** Lays a mail out twice: as text with each link and code on its own line, and as HTML that loads nothing but the logo. */
export function renderMail(mail: MailLayout): RenderedMail {
  const texts = footTexts[mail.language];
  return {
    subject: mail.subject,
    text: renderTextPart(mail, texts),
    html: renderHtmlPart(mail, texts),
  };
}
