import type { SendMailOptions } from "nodemailer";
import { type MailAddress, type MailMessage, MailRejectedError } from "./port.ts";

/** The most characters that a line of a message may have without its line break (RFC 5322 §2.1.1). */
const LONGEST_LINE = 998;

const PLAIN_ADDRESS = /^[^\s\p{Cc}\p{Cs}"(),:;<>@[\\\]]+@[^\s\p{Cc}\p{Cs}"(),:;<>@[\\\]]+$/u;

/**
 * The mail in the form that the mail library takes, for every adapter. No value can add a header or a recipient: the
 * envelope names the one recipient, and control characters are removed from all header values (RFC 5322 §2.2).
 * Throws `MailRejectedError` if the recipient's address is not a plain address.
 */
export function composeMail(message: MailMessage, from: MailAddress, date: Date): SendMailOptions {
  if (!PLAIN_ADDRESS.test(message.to.address))
    throw new MailRejectedError("The recipient's address cannot be used");
  assertToken("id", message.id, /^[A-Za-z0-9._-]{1,128}$/);
  assertToken("kind", message.kind, /^[a-z-]{1,64}$/);
  return {
    from: { name: headerText(from.name), address: from.address },
    to: { name: headerText(message.to.name), address: message.to.address },
    envelope: { from: from.address, to: [message.to.address] },
    subject: headerText(message.subject),
    messageId: `<${message.id}@${from.address.slice(from.address.lastIndexOf("@") + 1)}>`,
    date,
    headers: {
      "X-Gatehouse-Mail": message.kind,
      // RFC 3834 §5. Exchange reads only the second one: without it, absence notices would come to the sender.
      "Auto-Submitted": "auto-generated",
      "X-Auto-Response-Suppress": "All",
    },
    text: textPart(message.text),
    html: message.html,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** The mail as it is sent (RFC 5322). The library is loaded at the first one, and not at every start. */
export async function buildMail(mail: SendMailOptions): Promise<Buffer> {
  const { default: MailComposer } = await import("nodemailer/lib/mail-composer");
  return new MailComposer(mail).compile().build();
}

/** The library encodes text with lines above 76 characters as quoted-printable, which cuts links. It does not change a raw part. */
function textPart(text: string): string | { raw: string } {
  const lines = text.split(/\r\n|\r|\n/);
  const isSevenBit = lines.every(
    (line) => line.length <= LONGEST_LINE && /^[\t\x20-\x7e]*$/.test(line),
  );
  if (!isSevenBit) return text;
  const headers = [
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: 7bit",
    "",
  ];
  return { raw: [...headers, ...lines].join("\r\n") };
}

function headerText(value: string): string {
  return value
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .trim();
}

function assertToken(field: string, value: string, allowed: RegExp): void {
  if (!allowed.test(value)) throw new TypeError(`A mail's ${field} must match ${allowed.source}`);
}
