import PostalMime from "postal-mime";

import { eventually } from "./eventually.ts";
import type { MailServer, ReceivedMail } from "./mail-server.ts";

/** A mail as its reader's mail program shows it. `link`, `token` and `code` are empty where it holds none. */
export interface OpenedMail {
  readonly kind: string;
  readonly id: string;
  readonly recipients: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly raw: string;
  readonly link: string;
  readonly token: string;
  readonly code: string;
}

/** All mails to an address that a mail server has got so far, in the order of their arrival. */
export function mailsTo(server: MailServer, email: string): Promise<OpenedMail[]> {
  return Promise.all(
    server.received.filter(({ recipients }) => recipients.includes(email)).map(openMail),
  );
}

/** The newest mail of a kind (`X-Gatehouse-Mail`) to an address, once there are `count` of them. */
export async function arrivedMail(
  server: MailServer,
  kind: string,
  email: string,
  count = 1,
): Promise<OpenedMail> {
  const mails = await eventually(
    async () => (await mailsTo(server, email)).filter((mail) => mail.kind === kind),
    (found) => found.length >= count,
  );
  const newest = mails.at(-1);
  if (!newest) throw new Error(`no mail ${kind}`);
  return newest;
}

/** Reads a mail as a mail program does: headers, parts and encodings. */
export async function openMail({ raw, recipients }: ReceivedMail): Promise<OpenedMail> {
  const mail = await PostalMime.parse(raw);
  const text = mail.text ?? "";
  const link = /https?:\S+\?token=(\S+)/.exec(text);
  return {
    kind: mail.headers.find(({ key }) => key === "x-gatehouse-mail")?.value ?? "",
    id: mail.messageId ?? "",
    recipients,
    subject: mail.subject ?? "",
    text,
    raw,
    link: link?.[0] ?? "",
    token: link?.[1] ?? "",
    code: /^\d{6}$/m.exec(text)?.[0] ?? "",
  };
}
