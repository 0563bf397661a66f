import type { Addressee } from "./addressee.ts";
import { durationWords } from "./duration-words.ts";
import { greeting } from "./greeting.ts";
import { type MailBlock, renderMail, type RenderedMail } from "./layout.ts";
import type { InEveryLanguage } from "./locale.ts";

/** What a mail with a link says in one language. */
export interface ProofPhrases {
  readonly subject: (serviceName: string) => string;
  /** What the link is for; it follows. */
  readonly request: (serviceName: string) => string;
  readonly button: string;
  /** For whom the mail came unasked. */
  readonly notYou: string;
}

/** The same for a mail that also has a code. */
export interface ProofWithCodePhrases extends ProofPhrases {
  /** Where the code is entered; it follows. */
  readonly codeHint: string;
}

interface LinkProof {
  readonly linkTtlSeconds: number;
  readonly secrets: { readonly link: string };
}

interface LinkAndCodeProof extends LinkProof {
  readonly codeTtlSeconds: number;
  /** The code has six digits. */
  readonly secrets: { readonly link: string; readonly code: string };
}

interface SharedPhrases {
  readonly fallback: string;
  readonly linkExpiry: (ttl: string) => string;
  readonly codeExpiry: (ttl: string) => string;
  readonly nothingYet: string;
}

const SHARED: InEveryLanguage<SharedPhrases> = {
  en: {
    fallback: "If the button does not work, open this link:",
    linkExpiry: (ttl) => `The link works once, for ${ttl}.`,
    codeExpiry: (ttl) => `The code works once, for ${ttl}.`,
    nothingYet: "Opening the link changes nothing until you press the button on the page.",
  },
  de: {
    fallback: "Falls die Schaltfläche nicht funktioniert, öffnen Sie diesen Link:",
    linkExpiry: (ttl) => `Der Link ist ${ttl} lang gültig und funktioniert nur einmal.`,
    codeExpiry: (ttl) => `Der Code ist ${ttl} lang gültig und funktioniert nur einmal.`,
    nothingYet:
      "Das Öffnen des Links allein ändert nichts; erst der Klick auf die Schaltfläche der Seite tut es.",
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

/** A mail whose link proves that its reader has the mailbox, on a line of its own in the text part. */
export function renderLinkLetter(
  reader: Addressee,
  proof: LinkProof,
  phrases: ProofPhrases,
): RenderedMail {
  const { linkExpiry } = SHARED[reader.locale];
  const expiry = linkExpiry(durationWords(proof.linkTtlSeconds, reader.locale));
  return renderLetter(reader, proof, phrases, [{ kind: "note", text: expiry }]);
}

/** The same with a code to be typed in, on a line of its own too. */
export function renderLinkAndCodeLetter(
  reader: Addressee,
  proof: LinkAndCodeProof,
  phrases: ProofWithCodePhrases,
): RenderedMail {
  const { locale } = reader;
  const { linkExpiry, codeExpiry } = SHARED[locale];
  const expiries = [
    linkExpiry(durationWords(proof.linkTtlSeconds, locale)),
    codeExpiry(durationWords(proof.codeTtlSeconds, locale)),
  ];
  return renderLetter(reader, proof, phrases, [
    { kind: "paragraph", text: phrases.codeHint },
    { kind: "code", code: proof.secrets.code },
    { kind: "note", text: expiries.join(locale === "zh" ? "" : " ") },
  ]);
}

function renderLetter(
  reader: Addressee,
  proof: LinkProof,
  phrases: ProofPhrases,
  afterTheLink: readonly MailBlock[],
): RenderedMail {
  const { serviceName, locale } = reader;
  const { fallback, nothingYet } = SHARED[locale];
  return renderMail({
    locale,
    serviceName,
    subject: phrases.subject(serviceName),
    blocks: [
      greeting(reader),
      { kind: "paragraph", text: phrases.request(serviceName) },
      { kind: "button", label: phrases.button, fallback, link: proof.secrets.link },
      ...afterTheLink,
      { kind: "note", text: nothingYet },
      { kind: "note", text: phrases.notYou },
    ],
  });
}
