/** The URL at which something that listens on this host and port is called from the same machine. */
export function httpUrl(host: string, port: number): string {
  return `http://${hostInUrl(host)}:${port}`;
}

/** "All addresses" is none that can be called; an IPv6 address stands in brackets (RFC 3986 §3.2.2). */
function hostInUrl(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}
