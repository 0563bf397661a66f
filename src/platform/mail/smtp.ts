import { createTransport } from "nodemailer";
import type { Clock } from "../../kernel/clock.ts";
import { composeMail } from "./compose.ts";
import { type MailAddress, type Mailer, MailRejectedError } from "./port.ts";

/** Where and how mails are handed to a mail server. */
export interface SmtpOptions {
  readonly host: string;
  readonly port: number;
  /** `starttls` sends nothing before the connection is encrypted, `tls` encrypts from the first byte, `none` never does. */
  readonly tls: "starttls" | "tls" | "none";
  readonly credentials: { readonly username: string; readonly password: string } | null;
  readonly from: MailAddress;
  /** Certificates (PEM) of the authorities to trust in place of the system's. */
  readonly trustedCertificates?: string;
  /** How long one mail may take in all, waiting for a free connection included; default 60. */
  readonly sendTimeoutSeconds?: number;
  /** How long `close` waits for mails on their way before it breaks them off; default 10. */
  readonly closeTimeoutSeconds?: number;
}

/**
 * Sends by SMTP (RFC 5321) over a few connections that are kept open between mails. A certificate that does not fit
 * the host is refused, and so is a server without STARTTLS (RFC 3207) when `tls` is `starttls`.
 */
export function createSmtpMailer(options: SmtpOptions, clock: Clock): Mailer {
  const transport = createTransport({
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
    // One more try on a fresh connection when a kept one turns out dead; further tries belong to the caller.
    maxRequeues: 1,
    dnsTimeout: 5_000,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    idleTimeout: 60_000,
  });
  const sendTimeoutMilliseconds = (options.sendTimeoutSeconds ?? 60) * 1000;
  const closeTimeoutMilliseconds = (options.closeTimeoutSeconds ?? 10) * 1000;
  const closing = new AbortController();
  const onTheWay = new Set<Promise<unknown>>();

  return {
    async send(message) {
      const mail = composeMail(message, options.from, clock.now());
      // Socket timeouts alone never end a server that answers one byte at a time.
      const signal = AbortSignal.any([
        closing.signal,
        AbortSignal.timeout(sendTimeoutMilliseconds),
      ]);
      const delivery = transport.sendMail({ ...mail, signal });
      onTheWay.add(delivery);
      try {
        await delivery;
      } catch (error) {
        throw isRefusedForGood(error)
          ? new MailRejectedError("The mail server refused the recipient", { cause: error })
          : error;
      } finally {
        onTheWay.delete(delivery);
      }
    },
    async close() {
      const patience = setTimeout(() => closing.abort(), closeTimeoutMilliseconds);
      await Promise.allSettled(onTheWay);
      clearTimeout(patience);
      transport.close();
    },
  };
}

/**
 * Whether the server said for good that there is no such mailbox. Refusals that speak of authentication (530, 535) or
 * policy (enhanced code 5.7.x, RFC 3463) are the operator's to mend, and the mail should still arrive afterwards.
 */
function isRefusedForGood(error: unknown): boolean {
  if (!(error instanceof Error) || !("command" in error) || error.command !== "RCPT TO")
    return false;
  const reply = "response" in error ? String(error.response) : "";
  return /^5\d\d/.test(reply) && !/^(?:503|530|535)|^\d{3}[ -]5\.7\./.test(reply);
}
