import type { InEveryLanguage, Language } from "../../../kernel/language.ts";
import { type MailBlock, renderMail, type RenderedMail } from "./layout.ts";
import { greeting, type Recipient } from "./recipient.ts";

/** The texts of a mail with a link, in one language. */
export interface LinkMailTexts {
  readonly subject: (serviceName: string) => string;
  /** What the link is for. The link follows it. */
  readonly request: (serviceName: string) => string;
  readonly button: string;
  /** What to do if the recipient did not request the mail. */
  readonly notYou: string;
}

/** The texts of a mail with a link and a code. */
export interface CodeMailTexts extends LinkMailTexts {
  /** Where to enter the code. The code follows it. */
  readonly codeHint: string;
}

interface LinkContent {
  readonly linkTtlSeconds: number;
  readonly secrets: { readonly link: string };
}

interface CodeContent extends LinkContent {
  readonly codeTtlSeconds: number;
  /** The code has six digits. */
  readonly secrets: { readonly link: string; readonly code: string };
}

interface SharedTexts {
  readonly fallback: string;
  readonly linkExpiry: (ttl: string) => string;
  readonly codeExpiry: (ttl: string) => string;
  readonly nothingYet: string;
}

const SHARED: InEveryLanguage<SharedTexts> = {
  en: {
    fallback: "If the button does not work, open this link:",
    linkExpiry: (ttl) => `The link can be used once and is valid for ${ttl}.`,
    codeExpiry: (ttl) => `The code can be used once and is valid for ${ttl}.`,
    nothingYet: "Opening the link changes nothing until you press the button on the page.",
  },
  de: {
    fallback: "Falls die Schaltfläche nicht funktioniert, öffnen Sie diesen Link:",
    linkExpiry: (ttl) => `Der Link ist ${ttl} lang gültig und funktioniert nur einmal.`,
    codeExpiry: (ttl) => `Der Code ist ${ttl} lang gültig und funktioniert nur einmal.`,
    nothingYet:
      "Das Öffnen des Links ändert nichts, solange Sie nicht auf die Schaltfläche der Seite klicken.",
  },
  es: {
    fallback: "Si el botón no funciona, abra este enlace:",
    linkExpiry: (ttl) => `El enlace es válido durante ${ttl} y solo se puede usar una vez.`,
    codeExpiry: (ttl) => `El código es válido durante ${ttl} y solo se puede usar una vez.`,
    nothingYet: "Abrir el enlace no cambia nada hasta que pulse el botón de la página.",
  },
  zh: {
    fallback: "如果按钮无法使用，请打开此链接：",
    linkExpiry: (ttl) => `链接在${ttl}内有效，仅可使用一次。`,
    codeExpiry: (ttl) => `验证码在${ttl}内有效，仅可使用一次。`,
    nothingYet: "仅打开链接不会更改任何内容，需在页面上点击按钮才会生效。",
  },
};

/** A mail with a link. The text part has the link on its own line. */
export function renderLinkMail(
  recipient: Recipient,
  content: LinkContent,
  texts: LinkMailTexts,
): RenderedMail {
  const { language } = recipient;
  const expiry = SHARED[language].linkExpiry(durationWords(content.linkTtlSeconds, language));
  return renderWithLink(recipient, content, texts, [{ kind: "note", text: expiry }]);
}

/** A mail with a link and a code to enter. The text part has each of them on its own line. */
export function renderCodeMail(
  recipient: Recipient,
  content: CodeContent,
  texts: CodeMailTexts,
): RenderedMail {
  const { language } = recipient;
  const { linkExpiry, codeExpiry } = SHARED[language];
  const expiries = [
    linkExpiry(durationWords(content.linkTtlSeconds, language)),
    codeExpiry(durationWords(content.codeTtlSeconds, language)),
  ];
  return renderWithLink(recipient, content, texts, [
    { kind: "paragraph", text: texts.codeHint },
    { kind: "code", code: content.secrets.code },
    { kind: "note", text: expiries.join(language === "zh" ? "" : " ") },
  ]);
}

function renderWithLink(
  recipient: Recipient,
  content: LinkContent,
  texts: LinkMailTexts,
  afterTheLink: readonly MailBlock[],
): RenderedMail {
  const { sender, language } = recipient;
  const { name } = sender.brand;
  const { fallback, nothingYet } = SHARED[language];
  const request = texts.request(name);
  return renderMail({
    language,
    sender,
    subject: texts.subject(name),
    preview: request,
    blocks: [
      greeting(recipient),
      { kind: "paragraph", text: request },
      { kind: "button", label: texts.button, fallback, link: content.secrets.link },
      ...afterTheLink,
      { kind: "note", text: nothingYet },
      { kind: "note", text: texts.notYou },
    ],
  });
}

/** Each unit, its length in seconds, and the least number that is written in it: "24 hours" instead of "1 day". */
const UNITS = [
  ["day", 86_400, 2],
  ["hour", 3_600, 1],
  ["minute", 60, 1],
] as const;

/** A duration in words, in the largest unit that gives a whole number, such as "24 hours". */
export function durationWords(seconds: number, language: Language): string {
  const fitting = UNITS.find(([, size, least]) => seconds % size === 0 && seconds / size >= least);
  const [unit, size] = fitting ?? (["second", 1] as const);
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(
    seconds / size,
  );
}
