import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = [Address, number];

/** Tells the client's address from the peer's and from what trusted proxies say of it. */
export type ReadClientAddress = (peer: string | null, forwardedFor: string | null) => string | null;

/**
 * `X-Forwarded-For` counts only when the peer is one of `trustedProxies` (CIDRs); then the right-most hop that is
 * not itself trusted is the client, for everything left of it is the client's own word.
 */
export function createClientAddressReader(trustedProxies: readonly string[]): ReadClientAddress {
  const networks = trustedProxies.map((cidr): Network => ipaddr.parseCIDR(cidr));
  const isTrusted = (address: Address): boolean =>
    networks.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));

  return (peer, forwardedFor) => {
    let client = peer === null ? null : parseAddress(peer);
    if (client === null) return null;
    const hops = (forwardedFor ?? "").split(",").reverse();
    for (const hop of hops) {
      if (!isTrusted(client)) break;
      const next = parseAddress(hop);
      if (next === null) break;
      client = next;
    }
    return client.toString();
  };
}

/** An address as proxies write it: with a port, in brackets, or IPv4 mapped into IPv6 (RFC 7239 §6). */
function parseAddress(text: string): Address | null {
  const trimmed = text.trim();
  const bare =
    /^\[(.+)\](?::\d+)?$/.exec(trimmed)?.[1] ?? /^([\d.]+):\d+$/.exec(trimmed)?.[1] ?? trimmed;
  if (!ipaddr.isValid(bare)) return null;
  return ipaddr.process(bare);
}
