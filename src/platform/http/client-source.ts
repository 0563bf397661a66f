import ipaddr from "ipaddr.js";

/**
 * The source that a client address belongs to: an IPv4 address itself, and of an IPv6 address its network of 64 bits, since
 * one client can use all addresses of it (RFC 4291 §2.5.1).
 */
export function clientSource(address: string): string {
  if (!address.includes(":") || !ipaddr.IPv6.isValid(address)) return address;
  const network = ipaddr.IPv6.parse(address).parts.slice(0, 4);
  return `${network.map((part) => part.toString(16)).join(":")}::/64`;
}
