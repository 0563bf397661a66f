import type SMTPConnection from "nodemailer/lib/smtp-connection";

import { errorCode } from "../config/read-given.ts";
import type { SmtpOptions } from "./smtp.ts";

/** How far a connection to the mail server gets. Each step needs the one before. */
export interface SmtpProbe {
  /** The step that failed; null if all succeeded. */
  readonly failedAt: "connection" | "encryption" | "login" | null;
  /** A code such as ECONNREFUSED or EAUTH, never the server's words; null if nothing failed. */
  readonly code: string | null;
  readonly isEncrypted: boolean;
  readonly isLoggedIn: boolean;
}

type SmtpAddress = Pick<
  SmtpOptions,
  "host" | "port" | "tls" | "credentials" | "trustedCertificates"
>;

const timeoutMilliseconds = 7_000;

/** Connects, encrypts and logs in as the mailer does, and leaves. It sends no mail. */
export async function probeSmtp(options: SmtpAddress): Promise<SmtpProbe> {
  const { credentials } = options;
  const connection = await openConnection(options);
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  connection.on("error", (error: Error) => failed.reject(error));
  connection.on("end", () => failed.reject(new Error("the server closed the connection")));
  let step: "connection" | "login" = "connection";
  try {
    await Promise.race([connected(connection), failed.promise]);
    step = "login";
    if (credentials !== null) {
      await Promise.race([loggedIn(connection, credentials), failed.promise]);
    }
    const isLoggedIn = credentials !== null;
    return { failedAt: null, code: null, isEncrypted: connection.secure, isLoggedIn };
  } catch (error) {
    const isEncrypted = connection.secure;
    return {
      failedAt: stepOf(error, step),
      code: codeOf(error),
      isEncrypted,
      isLoggedIn: false,
    };
  } finally {
    connection.close();
  }
}

async function openConnection(options: SmtpAddress): Promise<SMTPConnection> {
  const { host, port, tls, trustedCertificates: ca } = options;
  const { default: Connection } = await import("nodemailer/lib/smtp-connection");
  return new Connection({
    host,
    port,
    secure: tls === "tls",
    requireTLS: tls === "starttls",
    ignoreTLS: tls === "none",
    tls: ca === undefined ? undefined : { ca },
    dnsTimeout: timeoutMilliseconds,
    connectionTimeout: timeoutMilliseconds,
    greetingTimeout: timeoutMilliseconds,
    socketTimeout: timeoutMilliseconds,
  });
}

function connected(connection: SMTPConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve()));
  });
}

function loggedIn(
  connection: SMTPConnection,
  { username, password }: NonNullable<SmtpOptions["credentials"]>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.login({ credentials: { user: username, pass: password } }, (error) =>
      error ? reject(error) : resolve(),
    );
  });
}

/** Codes of the library and of TLS for a certificate that is not accepted, or a server without STARTTLS. */
const encryptionCode = /^(?:ETLS|ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

function stepOf(error: unknown, step: "connection" | "login"): SmtpProbe["failedAt"] {
  if (step === "login") return "login";
  return encryptionCode.test(codeOf(error)) ? "encryption" : "connection";
}

/** The library replaces the code of the socket by its own, and keeps it beside. */
function codeOf(error: unknown): string {
  const original: unknown = error instanceof Error ? Reflect.get(error, "originalCode") : undefined;
  return typeof original === "string" ? original : errorCode(error);
}
