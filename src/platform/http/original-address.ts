import type { Exchange } from "./exchange.ts";
import { createNetworkCheck } from "./trusted-networks.ts";

/** Reads the address that the client asked a reverse proxy for; null if no trusted proxy names one. */
export type ReadOriginalAddress = (exchange: Exchange) => string | null;

/**
 * The address of `X-Forwarded-Proto`, `-Host` and `-Uri`, if the connection comes from one of `trustedProxies`. A header that is
 * missing, repeated or malformed makes it null. The address may be of any site: check it before a browser is sent there.
 */
export function createOriginalAddressReader(
  trustedProxies: readonly string[],
): ReadOriginalAddress {
  const isTrusted = createNetworkCheck(trustedProxies);
  return ({ request, server }) => {
    const peer = server.requestIP(request)?.address ?? null;
    if (peer === null || !isTrusted(peer)) return null;
    const received = (name: string): string => request.headers.get(`x-forwarded-${name}`) ?? "";
    const [protocol, host, uri] = [received("proto"), received("host"), received("uri")];
    const isAddress =
      /^https?$/.test(protocol) && /^[^\s/?#@\\,]+$/.test(host) && uri.startsWith("/");
    return isAddress ? `${protocol}://${host}${uri}` : null;
  };
}
