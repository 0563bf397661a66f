import { parseConnectionUrl } from "../db/connection/parse-url.ts";
import { type Host, isServerVerified } from "../db/connection/target.ts";
import { isLocalHost } from "./address-kinds.ts";

/** Whether a database URL names only this machine, or the certificates of the servers are verified. */
export function isConnectionVerified(databaseUrl: string): boolean {
  const { hosts, tls } = parseConnectionUrl(databaseUrl);
  return isServerVerified(tls) || hosts.every(isThisMachine);
}

/** Whether a server is on this machine, so that nothing of its connections crosses a network. `hostaddr` decides, not the name. */
export function isThisMachine({ address, port }: Host): boolean {
  return port === null || isLocalHost(address);
}
