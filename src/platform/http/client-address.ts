import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = [Address, number];

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
  const networks = trustedProxies.map((cidr): Network => ipaddr.parseCIDR(cidr));
  const isTrusted = (address: Address): boolean =>
    networks.some(
      ([network, bits]) => network.kind() === address.kind() && address.match(network, bits),
    );

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

/** An address as proxies write it: with a port, in brackets, or IPv4 mapped into IPv6 (RFC 7239 §6). */
function parseAddress(text: string): Address | null {
  const bare = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const unzoned = bare.replace(/%.*$/s, "");
  // The library's parser also accepts `1` and `0x7f.1` as IPv4 addresses.
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(unzoned) || ipaddr.IPv6.isValid(unzoned);
  return isAddress ? ipaddr.process(unzoned) : null;
}
