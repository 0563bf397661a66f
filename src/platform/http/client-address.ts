import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = [Address, number];

/** Reads the client's address from the peer's address and the headers of trusted proxies. Null if the peer's is not valid. */
export type ReadClientAddress = (peer: string, headers: Headers) => string | null;

/**
 * `X-Forwarded-For` counts only when the peer is one of `trustedProxies` (CIDRs); then the right-most hop that is
 * not itself trusted is the client: a client can send anything to the left of it.
 */
export function createClientAddressReader(trustedProxies: readonly string[]): ReadClientAddress {
  if (trustedProxies.length === 0) return withoutMapping;
  const networks = trustedProxies.map((cidr): Network => ipaddr.parseCIDR(cidr));
  const isTrusted = (address: Address): boolean =>
    networks.some(
      ([network, bits]) => network.kind() === address.kind() && address.match(network, bits),
    );

  return (peer, headers) => {
    let client = parseAddress(peer);
    if (client === null) return null;
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

/** The network of an address whose requests come from one source: of an IPv6 address its /64, of an IPv4 address itself. */
export function networkOf(address: string): string {
  const parsed = parseAddress(address);
  if (parsed?.kind() !== "ipv6") return address;
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/64`).toString()}/64`;
}

/** A peer's address is already in canonical form, except that a dual-stack socket maps IPv4 addresses into IPv6. */
function withoutMapping(peer: string): string {
  return peer.startsWith("::ffff:") ? (parseAddress(peer)?.toString() ?? peer) : peer;
}

/** An address as proxies write it: with a port, in brackets, or IPv4 mapped into IPv6 (RFC 7239 §6). */
function parseAddress(text: string): Address | null {
  const bare = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const unzoned = bare.replace(/%.*$/s, "");
  // The library's parser also accepts `1` and `0x7f.1` as IPv4 addresses.
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(unzoned) || ipaddr.IPv6.isValid(unzoned);
  return isAddress ? ipaddr.process(unzoned) : null;
}
