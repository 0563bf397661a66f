import type { createTransport as CreateTransport, SendMailOptions } from "nodemailer";

import type { Clock } from "../../kernel/clock.ts";
import { composeMail } from "./compose.ts";
import { type MailAddress, type Mailer, MailRejectedError } from "./port.ts";

/** The mail server and how to connect to it. */
export interface SmtpOptions {
  readonly host: string;
  readonly port: number;
  /** `starttls` requires encryption before the first mail, `tls` encrypts from the first byte, `none` never encrypts. */
  readonly tls: "starttls" | "tls" | "none";
  readonly credentials: { readonly username: string; readonly password: string } | null;
  readonly from: MailAddress;
  /** Certificates (PEM) of the authorities to trust instead of those of the system. */
  readonly trustedCertificates?: string;
  /** The longest time for one mail, with the wait for a free connection; default 60. */
  readonly sendTimeoutSeconds?: number;
  /** The longest time that `close` waits before it aborts the mails that are being sent; default 10. */
  readonly closeTimeoutSeconds?: number;
}

/**
 * Sends by SMTP (RFC 5321) over at most four connections, which stay open between mails. It rejects a certificate that is
 * not valid for the host, and with `starttls` a server without STARTTLS (RFC 3207).
 */
export function createSmtpMailer(options: SmtpOptions, clock: Clock): Mailer {
  let transport: ReturnType<typeof openTransport> | null = null;
  const sendTimeoutMilliseconds = (options.sendTimeoutSeconds ?? 60) * 1000;
  const closeTimeoutMilliseconds = (options.closeTimeoutSeconds ?? 10) * 1000;
  const closing = new AbortController();
  const pending = new Set<Promise<unknown>>();

  /** The library is loaded at the first mail, and not at every start. */
  async function deliver(mail: SendMailOptions & { readonly signal: AbortSignal }): Promise<void> {
    const { createTransport } = await import("nodemailer");
    mail.signal.throwIfAborted();
    transport ??= openTransport(createTransport, options);
    await transport.sendMail(mail);
  }

  return {
    async send(message) {
      const mail = composeMail(message, options.from, clock.now());
      // A socket timeout alone does not end a response that comes one byte at a time.
      const signal = AbortSignal.any([
        closing.signal,
        AbortSignal.timeout(sendTimeoutMilliseconds),
      ]);
      const delivery = deliver({ ...mail, signal });
      pending.add(delivery);
      try {
        await delivery;
      } catch (error) {
        throw isPermanentRejection(error)
          ? new MailRejectedError("The mail server rejected the recipient", { cause: error })
          : error;
      } finally {
        pending.delete(delivery);
      }
    },
    async close() {
      const timeout = setTimeout(() => closing.abort(), closeTimeoutMilliseconds);
      await Promise.allSettled(pending);
      clearTimeout(timeout);
      // A mail that is sent from now on fails.
      closing.abort();
      transport?.close();
    },
  };
}

function openTransport(createTransport: typeof CreateTransport, options: SmtpOptions) {
  return createTransport({
    pool: true,
    host: options.host,
    port: options.port,
    secure: options.tls === "tls",
    requireTLS: options.tls === "starttls",
    ignoreTLS: options.tls === "none",
    auth:
      options.credentials === null
        ? undefined
        : { user: options.credentials.username, pass: options.credentials.password },
    tls:
      options.trustedCertificates === undefined ? undefined : { ca: options.trustedCertificates },
    maxConnections: 4,
    // One retry on a new connection if an open one was closed by the server. The outbox makes all other retries.
    maxRequeues: 1,
    dnsTimeout: 5_000,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    idleTimeout: 60_000,
  });
}

/**
 * Whether the server rejected the mailbox permanently. The operator can correct the causes of responses about
 * authentication (530, 535) or policy (enhanced code 5.7.x, RFC 3463), and the mail is then sent again.
 */
function isPermanentRejection(error: unknown): boolean {
  if (!(error instanceof Error) || !("command" in error) || error.command !== "RCPT TO")
    return false;
  const reply = "response" in error ? String(error.response) : "";
  return /^5\d\d/.test(reply) && !/^(?:503|530|535)|^\d{3}[ -]5\.7\./.test(reply);
}
