import type { InEveryLanguage } from "../../../kernel/language.ts";
import { type MailBlock, renderMail, type RenderedMail } from "./layout.ts";
import { greeting, type Recipient } from "./recipient.ts";

/** The texts of a notice in one language. */
export interface NoticeTexts {
  readonly subject: (serviceName: string) => string;
  /** What happened. */
  readonly news: (serviceName: string) => string;
  /** What the recipient should know and do. */
  readonly advice: readonly ((serviceName: string) => string)[];
}

/** The content of a notice beside its texts. */
export interface NoticeDetails {
  /** The lines that let the owner decide whether it was their own action. */
  readonly facts?: readonly string[];
  /** Whether the link to a new password is left out: for an address that is no longer one of the account. */
  readonly isWithoutReset?: boolean;
}

const newPassword: InEveryLanguage<string> = {
  en: "Choose a new password",
  de: "Neues Passwort wählen",
  es: "Elegir una contraseña nueva",
  zh: "设置新密码",
};

/** A mail about a change of an account, with the link to a new password for an owner who did not make it. */
export function renderNotice(
  recipient: Recipient,
  texts: NoticeTexts,
  { facts = [], isWithoutReset = false }: NoticeDetails = {},
): RenderedMail {
  const { sender, language } = recipient;
  const { name } = sender.brand;
  const reset: MailBlock = { kind: "link", label: newPassword[language], link: sender.resetUrl };
  const news = texts.news(name);
  return renderMail({
    language,
    sender,
    subject: texts.subject(name),
    preview: news,
    blocks: [
      greeting(recipient),
      { kind: "paragraph", text: news },
      ...(facts.length > 0 ? [{ kind: "facts" as const, lines: facts }] : []),
      ...texts.advice.map((advice) => ({ kind: "paragraph" as const, text: advice(name) })),
      ...(isWithoutReset ? [] : [reset]),
    ],
  });
}
