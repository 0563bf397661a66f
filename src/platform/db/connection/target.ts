/** A server of a connection URL. */
export interface Host {
  /** The name for which its certificate must be, and that messages contain. */
  readonly name: string;
  /** Where the connection goes: `name`, the address of `hostaddr`, or the path of a Unix socket. */
  readonly address: string;
  /** Null for a Unix socket. */
  readonly port: number | null;
}

/** How much TLS is required, in the words of libpq's `sslmode`. */
export type TlsMode = "disable" | "allow" | "prefer" | "require" | "verify-ca" | "verify-full";

/** TLS to the server. Paths are those of files, which are read for each connection. */
export interface TlsChoice {
  readonly mode: TlsMode;
  /** The certificates that are trusted: a file, those of the system, or null for none that was named. */
  readonly rootCertificate: string | null;
  readonly certificate: string | null;
  readonly key: string | null;
  readonly keyPassword: string | null;
  readonly minimumVersion: TlsVersion | null;
  readonly maximumVersion: TlsVersion | null;
  /** Whether TLS begins without the question whether the server has it (`sslnegotiation=direct`). */
  readonly isDirect: boolean;
}

/** A version of TLS that the runtime has. */
export type TlsVersion = "TLSv1.2" | "TLSv1.3";

/** The value of `sslrootcert` that means the certificates of the operating system. */
export const systemCertificates = "system";

/** Which servers are used: any, or those that accept writes. */
export type HostRole = "any" | "read-write" | "primary";

/** What a connection URL says, in libpq's meaning of it. */
export interface ConnectionTarget {
  /** One or more, in the order in which they are tried. */
  readonly hosts: readonly Host[];
  readonly user: string | null;
  readonly password: string;
  readonly database: string | null;
  readonly tls: TlsChoice;
  /** Whether the password exchange must prove that nothing stands between both ends of TLS (RFC 5802 §6). */
  readonly channelBinding: "disable" | "prefer" | "require";
  readonly role: HostRole;
  readonly connectTimeoutSeconds: number | null;
  readonly applicationName: string | null;
  /** Idle seconds before TCP asks whether the other end is there; 0 for never. */
  readonly keepAliveSeconds: number;
  /** Parameters that are sent to the server when a connection starts. */
  readonly startParameters: Readonly<Record<string, string>>;
}

/** Whether the issuer of the server's certificate is verified. With `sslrootcert`, libpq does so also for `require`. */
export function verifiesIssuer({ mode, rootCertificate }: TlsChoice): boolean {
  if (mode === "verify-full" || mode === "verify-ca") return true;
  return mode === "require" && rootCertificate !== null;
}

/** Whether the server is verified: by its name, or by a CA of the operator's own, since a public CA certifies any server. */
export function isServerVerified(tls: TlsChoice): boolean {
  return tls.mode === "verify-full" || (verifiesIssuer(tls) && tls.rootCertificate !== null);
}
