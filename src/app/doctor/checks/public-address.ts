import type { Settings } from "../../../platform/config/settings.ts";
import { type ResolveHost, resolveHost } from "../../../platform/http-client/addresses.ts";
import { createNetworkCheck, parseAddress } from "../../../platform/http/trusted-networks.ts";
import { httpUrl } from "../../http-url.ts";
import type { Check } from "../check.ts";
import { fail, type Finding, ok, skip, warn } from "../finding.ts";
import { readHealth } from "../health.ts";

/** Whether `PUBLIC_URL` leads to a server of this service, and whether `TRUSTED_PROXIES` fits what is in front of it. */
export const publicAddressCheck: Check = {
  name: "public-url",
  needs: ["PUBLIC_URL", "TRUSTED_PROXIES"],
  timeoutSeconds: 12,
  async run({ platform }) {
    const { settings, httpClient } = platform;
    const { publicUrl } = settings;
    const [atPublic, atOwn, proxy] = await Promise.all([
      readHealth(httpClient, `${publicUrl}/health/live`),
      readHealth(httpClient, `${httpUrl(settings.host, settings.port)}/health/live`),
      proxyFinding(settings, resolveHost),
    ]);
    return [reachability(publicUrl, atPublic !== null, atOwn !== null), proxy];
  },
};

/** Before the server runs here, no response is no fault: another replica or none may be behind the public address. */
function reachability(publicUrl: string, isReached: boolean, isRunning: boolean): Finding {
  const name = "public-url";
  if (isReached) return ok(name, `${publicUrl} leads to a server of this service`);
  const what = `${publicUrl} gives no response of this service`;
  if (!isRunning) return skip(name, `${what}, and no server runs here`, "start the server first");
  return fail(name, what, "correct PUBLIC_URL, DNS, the certificate or the proxy");
}

/**
 * What can be known from here: this service speaks no TLS, so with https there is a proxy. The address from which a proxy
 * connects is known only if it is the one of `PUBLIC_URL`; a load balancer often has another.
 */
export async function proxyFinding(
  { publicUrl, trustedProxies }: Pick<Settings, "publicUrl" | "trustedProxies">,
  resolve: ResolveHost,
): Promise<Finding> {
  const name = "trusted-proxies";
  const { protocol, hostname } = new URL(publicUrl);
  if (trustedProxies.length === 0) {
    if (protocol !== "https:") return skip(name, "PUBLIC_URL needs no proxy");
    const what = "PUBLIC_URL is https, so a proxy is in front, but TRUSTED_PROXIES is empty";
    return fail(name, `${what}: all clients share the limits of one address`, "list its networks");
  }
  const isTrusted = createNetworkCheck(trustedProxies);
  const addresses = (await resolve(hostname.replaceAll(/[[\]]/g, "")).catch(() => []))
    .map(parseAddress)
    .filter((address) => address !== null);
  const isPrivate = addresses.some((address) => address.range() !== "unicast");
  if (addresses.length === 0 || addresses.some(isTrusted)) {
    return ok(name, "is set; one warning in the server's log would name a proxy that is missing");
  }
  if (!isPrivate) {
    return ok(name, "is set; the proxy has another address than PUBLIC_URL, as is usual");
  }
  const what = "PUBLIC_URL has a private address that is not in TRUSTED_PROXIES";
  return warn(name, what, "add its network if the proxy connects from there");
}
