import MailComposer from "nodemailer/lib/mail-composer";
import type { Clock } from "../../kernel/clock.ts";
import { composeMail } from "./compose.ts";
import type { MailAddress, Mailer, MailMessage } from "./port.ts";

/** A mail that was sent: as it was given, and as it would have gone over the wire. */
export interface RememberedMail {
  readonly message: MailMessage;
  readonly raw: string;
}

/** A mailer that remembers instead of sending; `sent` is in order and may be emptied. */
export interface MemoryMailer extends Mailer {
  readonly sent: RememberedMail[];
}

/** For tests: keeps every mail, with the same refusals as the real ones. */
export function createMemoryMailer(from: MailAddress, clock: Clock): MemoryMailer {
  const sent: RememberedMail[] = [];
  return {
    sent,
    async send(message) {
      const raw = await new MailComposer(composeMail(message, from, clock.now())).compile().build();
      sent.push({ message, raw: raw.toString("utf8") });
    },
    async close() {},
  };
}
