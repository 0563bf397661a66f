import type { Addressee } from "./addressee.ts";
import { greeting } from "./greeting.ts";
import { renderMail, type RenderedMail } from "./layout.ts";

/** What a notice says in one language. */
export interface NoticePhrases {
  readonly subject: (serviceName: string) => string;
  /** What happened. */
  readonly news: (serviceName: string) => string;
  /** What follows from it, and what to do. */
  readonly advice: readonly ((serviceName: string) => string)[];
}

/** A mail that tells of something done to an account, with `facts` (a line each) by which its owner knows her own doing. */
export function renderNotice(
  reader: Addressee,
  phrases: NoticePhrases,
  facts: readonly string[] = [],
): RenderedMail {
  const { serviceName, locale } = reader;
  return renderMail({
    locale,
    serviceName,
    subject: phrases.subject(serviceName),
    blocks: [
      greeting(reader),
      { kind: "paragraph", text: phrases.news(serviceName) },
      ...(facts.length > 0 ? [{ kind: "facts" as const, lines: facts }] : []),
      ...phrases.advice.map((say) => ({ kind: "paragraph" as const, text: say(serviceName) })),
    ],
  });
}
