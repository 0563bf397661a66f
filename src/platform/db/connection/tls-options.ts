import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { type ConnectionOptions, createSecureContext, getCACertificates } from "node:tls";

import { unusableFile, unusableKeys } from "./address-error.ts";
import { type Host, verifiesIssuer, systemCertificates, type TlsChoice } from "./target.ts";

/** How TLS is begun with a server. The files are read anew, so that renewed certificates are used without a restart. */
export async function readTlsOptions(tls: TlsChoice, host: Host): Promise<ConnectionOptions> {
  const [ca, cert, key] = await Promise.all([
    readAuthorities(tls.rootCertificate),
    readGiven("sslcert", tls.certificate),
    readGiven("sslkey", tls.key),
  ]);
  const options: ConnectionOptions = {
    // For an address there is no server name (RFC 6066 §3); the certificate is compared with `host`.
    host: host.name,
    ...(isIP(host.name) === 0 ? { servername: host.name } : {}),
    minVersion: tls.minimumVersion ?? "TLSv1.2",
    ...(tls.maximumVersion ? { maxVersion: tls.maximumVersion } : {}),
    ...(ca ? { ca } : {}),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
    ...(tls.keyPassword === null ? {} : { passphrase: tls.keyPassword }),
    ...(tls.isDirect ? { ALPNProtocols: ["postgresql"] } : {}),
    rejectUnauthorized: verifiesIssuer(tls),
    // As libpq: only verify-full compares the name.
    ...(tls.mode === "verify-full" ? {} : { checkServerIdentity: () => undefined }),
  };
  assertKeysMatch(options);
  return options;
}

/** Without `sslrootcert` the certificates of the runtime count, which are those of public authorities. */
async function readAuthorities(given: string | null): Promise<string[] | null> {
  if (given === null) return null;
  if (given === systemCertificates)
    return [...getCACertificates("bundled"), ...getCACertificates("system")];
  return [String(await readGiven("sslrootcert", given))];
}

async function readGiven(parameter: string, path: string | null): Promise<string | null> {
  if (path === null) return null;
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw unusableFile(parameter, error);
  }
}

function assertKeysMatch({ cert, key, passphrase }: ConnectionOptions): void {
  if (cert === undefined || key === undefined) return;
  try {
    createSecureContext({ cert, key, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (error) {
    throw unusableKeys(error);
  }
}
