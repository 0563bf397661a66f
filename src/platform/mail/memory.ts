import type { Clock } from "../../kernel/clock.ts";
import { buildMail, composeMail } from "./compose.ts";
import type { MailAddress, Mailer, MailMessage } from "./port.ts";

/** A mail that was sent: as a message, and in the form that an SMTP server would get. */
export interface SentMail {
  readonly message: MailMessage;
  readonly raw: string;
}

/** A mailer that stores mails instead of sending them. `sent` is in the order of sending and may be emptied. */
export interface MemoryMailer extends Mailer {
  readonly sent: SentMail[];
}

/** For tests: stores every mail, and rejects the same messages as the other mailers. */
export function createMemoryMailer(from: MailAddress, clock: Clock): MemoryMailer {
  const sent: SentMail[] = [];
  return {
    sent,
    async send(message) {
      const raw = await buildMail(composeMail(message, from, clock.now()));
      sent.push({ message, raw: raw.toString("utf8") });
    },
    async close() {},
  };
}
