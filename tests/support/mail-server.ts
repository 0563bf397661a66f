import { type AddressInfo, isIPv4 } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { TEST_CERTIFICATE, TEST_KEY } from "./test-certificate.ts";

/** A mail as a mail server got it. */
export interface ReceivedMail {
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly encrypted: boolean;
  readonly username: string | null;
  readonly raw: string;
}

/** A real mail server on 127.0.0.1 that keeps what it gets. */
export interface MailServer extends AsyncDisposable {
  readonly port: number;
  readonly received: ReceivedMail[];
}

/** Starts a mail server with STARTTLS, on a spare port unless one is given; `options` go to `smtp-server`. */
export async function startMailServer(
  options: SMTPServerOptions = {},
  port = 0,
): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  const server = new SMTPServer({
    key: TEST_KEY,
    cert: TEST_CERTIFICATE,
    authOptional: true,
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth: (auth, _session, callback) => callback(null, { user: auth.username }),
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        received.push({
          sender: session.envelope.mailFrom === false ? "" : session.envelope.mailFrom.address,
          recipients: session.envelope.rcptTo.map((recipient) => recipient.address),
          encrypted: session.secure,
          username: session.user === undefined ? null : String(session.user),
          raw: Buffer.concat(chunks).toString("utf8"),
        });
        callback();
      });
    },
    ...options,
  });
  // A client that refuses the certificate is reported here; unheard, it would end the tests.
  server.on("error", () => {});
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  const listener = server.listen(port, "127.0.0.1", resolve);
  await listening;
  return {
    port: portOf(listener.address()),
    received,
    [Symbol.asyncDispose]: () => new Promise<void>((closed) => server.close(() => closed())),
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string" || !isIPv4(address.address))
    throw new Error("No port");
  return address.port;
}
