/** The URL at which a server on this host and port is reachable from the same machine. */
export function httpUrl(host: string, port: number): string {
  return `http://${hostInUrl(host)}:${port}`;
}

/** The wildcard addresses are replaced by loopback, and IPv6 addresses are put in brackets (RFC 3986 §3.2.2). */
function hostInUrl(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}
