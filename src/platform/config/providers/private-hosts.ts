import ipaddr from "ipaddr.js";

const privateSuffixes = [".localhost", ".local", ".internal", ".lan", ".home.arpa"];

/** Whether a host, from `URL.hostname`, has a private address by its form: such an address, or a name of a private network. */
export function isPrivateHost(hostName: string): boolean {
  const literal = hostName.replaceAll(/[[\]]/g, "");
  if (ipaddr.isValid(literal)) {
    return ["loopback", "private", "uniqueLocal"].includes(ipaddr.parse(literal).range());
  }
  return !hostName.includes(".") || privateSuffixes.some((suffix) => hostName.endsWith(suffix));
}
