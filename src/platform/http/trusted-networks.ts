import ipaddr from "ipaddr.js";

/** An IP address. */
export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** A function that tells whether an address is in one of these networks (CIDRs). Text that is no address is in none. */
export function createNetworkCheck(
  cidrs: readonly string[],
): (address: Address | string) => boolean {
  const networks = cidrs.map((cidr): [Address, number] => ipaddr.parseCIDR(cidr));
  return (given) => {
    const address = typeof given === "string" ? parseAddress(given) : given;
    return networks.some(
      ([network, bits]) => network.kind() === address?.kind() && address.match(network, bits),
    );
  };
}

/** An address as proxies write it: with a port, in brackets, or IPv4 mapped into IPv6 (RFC 7239 §6). */
export function parseAddress(text: string): Address | null {
  const bare = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const unzoned = bare.replace(/%.*$/s, "");
  // The library's parser also accepts `1` and `0x7f.1` as IPv4 addresses.
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(unzoned) || ipaddr.IPv6.isValid(unzoned);
  return isAddress ? ipaddr.process(unzoned) : null;
}
