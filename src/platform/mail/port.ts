/** A mailbox: what the reader sees, and where the mail goes. `name` may be empty. */
export interface MailAddress {
  readonly name: string;
  readonly address: string;
}

/**
 * One mail to one recipient. `id` (A-Z a-z 0-9 . _ -) makes the Message-ID, so it must stay the same when a mail is
 * sent again; `kind` (a-z and hyphens, such as `verify-email`) travels in the header `X-Gatehouse-Mail`.
 */
export interface MailMessage {
  readonly id: string;
  readonly kind: string;
  readonly to: MailAddress;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/**
 * Hands mails over to whatever delivers them. `send` resolves once the mail is taken, and throws `MailRejectedError`
 * when sending it again cannot help, any other error when it can. `close` waits for mails on their way; call it once all
 * callers have stopped.
 */
export interface Mailer {
  send(message: MailMessage): Promise<void>;
  close(): Promise<void>;
}

/** This mail will never arrive: its address is unusable, or the mail server refused its recipient for good (RFC 5321 §4.2.1). */
export class MailRejectedError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "MailRejectedError";
  }
}
