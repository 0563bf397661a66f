import { createNetworkCheck, parseAddress } from "./trusted-networks.ts";

/** Reads the client's address from the peer's address and the headers of trusted proxies. Null if the peer's is not valid. */
export type ReadClientAddress = (peer: string, headers: Headers) => string | null;

const forwardingHeaders = ["x-forwarded-for", "x-real-ip", "forwarded"];

/**
 * `X-Forwarded-For` counts only when the peer is one of `trustedProxies` (CIDRs); then the right-most hop that is
 * not itself trusted is the client: a client can send anything to the left of it. `reportUntrusted` is called once, for the
 * first peer that sends such a header and is not trusted: a proxy that is missing in the list, or a client that pretends.
 */
export function createClientAddressReader(
  trustedProxies: readonly string[],
  reportUntrusted: (peer: string) => void,
): ReadClientAddress {
  let isReported = false;
  function reportOnce(peer: string, headers: Headers): void {
    if (isReported || !forwardingHeaders.some((name) => headers.has(name))) return;
    isReported = true;
    reportUntrusted(peer);
  }

  if (trustedProxies.length === 0) {
    return (peer, headers) => {
      reportOnce(peer, headers);
      return withoutMapping(peer);
    };
  }
  const isTrusted = createNetworkCheck(trustedProxies);

  return (peer, headers) => {
    let client = parseAddress(peer);
    if (client === null) return null;
    if (!isTrusted(client)) reportOnce(peer, headers);
    const hops = (headers.get("x-forwarded-for") ?? "").split(",").toReversed();
    for (const hop of hops) {
      if (!isTrusted(client)) break;
      const next = parseAddress(hop.trim());
      if (next === null) break;
      client = next;
    }
    return client.toString();
  };
}

/** A peer's address is already in canonical form, except that a dual-stack socket maps IPv4 addresses into IPv6. */
function withoutMapping(peer: string): string {
  return peer.startsWith("::ffff:") ? (parseAddress(peer)?.toString() ?? peer) : peer;
}
