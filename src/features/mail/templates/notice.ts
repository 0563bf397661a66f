import { renderMail, type RenderedMail } from "./layout.ts";
import { greeting, type Recipient } from "./recipient.ts";

/** The texts of a notice in one language. */
export interface NoticeTexts {
  readonly subject: (serviceName: string) => string;
  /** What happened. */
  readonly news: (serviceName: string) => string;
  /** What the recipient should know and do. */
  readonly advice: readonly ((serviceName: string) => string)[];
}

/** A mail about a change of an account. The lines of `facts` let the owner decide whether it was their own action. */
export function renderNotice(
  recipient: Recipient,
  texts: NoticeTexts,
  facts: readonly string[] = [],
): RenderedMail {
  const { serviceName, language } = recipient;
  return renderMail({
    language,
    serviceName,
    subject: texts.subject(serviceName),
    blocks: [
      greeting(recipient),
      { kind: "paragraph", text: texts.news(serviceName) },
      ...(facts.length > 0 ? [{ kind: "facts" as const, lines: facts }] : []),
      ...texts.advice.map((advice) => ({ kind: "paragraph" as const, text: advice(serviceName) })),
    ],
  });
}
