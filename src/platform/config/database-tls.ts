import { isLocalHost } from "./address-kinds.ts";

/** The `sslmode`s with which the driver verifies the server's certificate. Others encrypt without it, or not at all. */
const verifyingModes = new Set(["verify-full", "verify-ca"]);

/** Whether a database URL names only this machine, or the driver verifies the certificates of the servers. */
export function isConnectionVerified(databaseUrl: string): boolean {
  const { hostname, searchParams } = new URL(databaseUrl);
  if (hostname.split(",").every(isThisMachine)) return true;
  if (searchParams.get("sslrootcert") === "system") return true;
  return verifyingModes.has(searchParams.get("sslmode") ?? searchParams.get("ssl") ?? "");
}

/** No host is the driver's default, localhost; an encoded path is a Unix socket. */
function isThisMachine(host: string): boolean {
  return host === "" || /^%2f/i.test(host) || isLocalHost(host);
}
