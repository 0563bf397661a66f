/** A mailbox: the name that is shown, and the address. `name` may be empty. */
export interface MailAddress {
  readonly name: string;
  readonly address: string;
}

/**
 * One mail to one recipient. `id` (A-Z a-z 0-9 . _ -) is part of the Message-ID and must stay the same when the mail is
 * sent again. `kind` (a-z and hyphens, such as `verify-email`) is the value of the header `X-Gatehouse-Mail`.
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
 * Sends mails. `send` resolves when the mail is accepted, throws `MailRejectedError` if it must not be sent again, and any
 * other error if it may. `close` waits for the mails that are being sent; call it after the last `send`.
 */
export interface Mailer {
  send(message: MailMessage): Promise<void>;
  close(): Promise<void>;
}

/** The mail cannot be delivered: its address is unusable, or the server rejected the recipient permanently (RFC 5321 §4.2.1). */
export class MailRejectedError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "MailRejectedError";
  }
}
