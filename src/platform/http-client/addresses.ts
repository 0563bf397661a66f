import { lookup } from "node:dns/promises";
import ipaddr from "ipaddr.js";

import { OutboundError } from "./port.ts";

/** An address of a host. */
export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** The addresses of a host name, as text. */
export type ResolveHost = (hostName: string) => Promise<readonly string[]>;

/** Asks the resolver of the system, which also reads `/etc/hosts`. */
export const resolveHost: ResolveHost = async (hostName) =>
  (await lookup(hostName, { all: true })).map(({ address }) => address);

/** The ranges that `mayBePrivate` admits. Link-local addresses, such as those of cloud metadata, are never called. */
const privateRanges = new Set(["loopback", "private", "uniqueLocal", "carrierGradeNat"]);

/** The addresses in use on the public internet (RFC 4291 §2.4). */
const globalUnicast = ipaddr.parseCIDR("2000::/3");

/**
 * The addresses of the host of a URL. Throws `OutboundError`: `private_address` if one of them is not allowed, `unreachable`
 * if there is none. The `URL` class has already converted decimal, octal and hexadecimal forms to four decimal parts.
 */
export async function findAddresses(
  { hostname }: URL,
  mayBePrivate: boolean,
  resolve: ResolveHost,
): Promise<readonly Address[]> {
  const literal = hostname.replaceAll(/[[\]]/g, "");
  const found = ipaddr.isValid(literal) ? [literal] : await resolveOrFail(hostname, resolve);
  if (found.length === 0) throw new OutboundError("unreachable", "ENOTFOUND");
  return found.map((text) => checkAddress(text, mayBePrivate));
}

async function resolveOrFail(hostName: string, resolve: ResolveHost): Promise<readonly string[]> {
  try {
    return await resolve(hostName);
  } catch {
    throw new OutboundError("unreachable", "ENOTFOUND");
  }
}

function checkAddress(text: string, mayBePrivate: boolean): Address {
  if (!ipaddr.isValid(text)) throw new OutboundError("private_address");
  const address = ipaddr.parse(text);
  const range = address.range();
  const isPublic =
    range === "unicast" && (address.kind() === "ipv4" || address.match(globalUnicast));
  if (!isPublic && !(mayBePrivate && privateRanges.has(range))) {
    throw new OutboundError("private_address");
  }
  return { address: text, family: address.kind() === "ipv4" ? 4 : 6 };
}
