/**
 * The address or its server is not usable as it is: an operator must change one of them, and waiting does not help. The message
 * says what to do; it has no value of the URL but the name of a parameter.
 */
export class DatabaseAddressError extends Error {
  readonly code = "DATABASE_ADDRESS";
  /** Whether only other settings help, so that the process need not be started again with the same. */
  readonly isBySettings: boolean;

  constructor(message: string, options: { isBySettings?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "DatabaseAddressError";
    this.isBySettings = options.isBySettings ?? false;
  }
}

/** The error of the address in an error's chain of causes, or null. */
export function findAddressError(error: unknown): DatabaseAddressError | null {
  let current = error;
  while (current instanceof Error) {
    if (current instanceof DatabaseAddressError) return current;
    current = current.cause;
  }
  return null;
}

const unknownIssuer =
  "its certificate is not signed by an authority that is trusted: set sslrootcert to the file of its CA's certificate, or to system for a public CA";
const wrongKeys = "the files of sslcert and sslkey are not a certificate and its key";

/** What the codes of TLS errors mean. */
const tlsExplanations = new Map([
  ["DEPTH_ZERO_SELF_SIGNED_CERT", unknownIssuer],
  ["SELF_SIGNED_CERT_IN_CHAIN", unknownIssuer],
  ["UNABLE_TO_GET_ISSUER_CERT", unknownIssuer],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", unknownIssuer],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", unknownIssuer],
  ["CERT_SIGNATURE_FAILURE", unknownIssuer],
  ["CERT_HAS_EXPIRED", "its certificate has expired: renew it"],
  ["CERT_NOT_YET_VALID", "its certificate is not valid yet: compare the clocks of both machines"],
  [
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "its certificate is for another name: connect by a name that the certificate has, or use sslmode=verify-ca with a CA of your own",
  ],
]);

/** The error of a TLS handshake that the settings or certificates cause, or null for one of the network. */
export function explainTlsError(error: unknown): DatabaseAddressError | null {
  if (error instanceof DatabaseAddressError) return error;
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : null;
  if (typeof code !== "string") return null;
  const known = tlsExplanations.get(code);
  if (known !== undefined) return tlsError(`${known} (${code})`, error);
  if (!/SSL|TLS|CERT/.test(code)) return null;
  return tlsError(`the TLS handshake with it failed (${code})`, error);
}

/** The server has no TLS, and the URL requires it. */
export function tlsNotOffered(): DatabaseAddressError {
  return tlsError(
    "it has no TLS, which sslmode requires: switch TLS on there (ssl = on), or set sslmode=disable if the network is trusted",
  );
}

/** A file that a parameter names cannot be used. The message names the parameter alone. */
export function unusableFile(parameter: string, cause: unknown): DatabaseAddressError {
  return new DatabaseAddressError(
    `the file of the parameter ${parameter} in the database URL cannot be read`,
    { cause, isBySettings: true },
  );
}

/** `sslcert`, `sslkey` and `sslpassword` do not belong together. */
export function unusableKeys(cause: unknown): DatabaseAddressError {
  return new DatabaseAddressError(`${wrongKeys}, or sslpassword is missing or wrong`, {
    cause,
    isBySettings: true,
  });
}

function tlsError(explanation: string, cause?: unknown): DatabaseAddressError {
  return new DatabaseAddressError(`the database server is not usable: ${explanation}`, { cause });
}
