import { findAddresses, type ResolveHost, resolveHost } from "./addresses.ts";
import type { SendChecked } from "./checked-request.ts";
import { type HttpClient, OutboundError, type OutboundRequest } from "./port.ts";

/** What tests replace. */
export interface HttpClientOptions {
  readonly resolve?: ResolveHost;
  /** The certificates (PEM) that sign those of servers. Default: the bundled ones and those of NODE_EXTRA_CA_CERTS. */
  readonly certificateAuthorities?: readonly string[];
  /** How long a request may take in all, if it does not say so itself. Default: 5. */
  readonly timeoutSeconds?: number;
}

/**
 * The client of `port.ts`. Each request resolves the host once, checks every address, and connects to one of those addresses,
 * unless it may use a connection that was kept, whose address was checked by the same rule when it was opened.
 */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const { resolve = resolveHost, timeoutSeconds = 5 } = options;
  let sendChecked: SendChecked | null = null;
  return {
    send: (request) =>
      withDeadline(request.timeoutSeconds ?? timeoutSeconds, async (signal) => {
        const url = readUrl(request);
        const addresses = await findAddresses(url, request.mayBePrivate === true, resolve);
        // Loaded at the first request: it is much of what a start would load.
        const { createCheckedSender } = await import("./checked-request.ts");
        sendChecked ??= createCheckedSender(options);
        return sendChecked({ url, request, addresses, signal });
      }),
  };
}

/** One deadline for the resolution of the host, the connection, the headers and the body. */
async function withDeadline<Result>(
  seconds: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const expired = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    expired.reject(new OutboundError("timeout"));
    controller.abort();
  }, seconds * 1000);
  try {
    return await Promise.race([work(controller.signal), expired.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function readUrl({ url, mayBePrivate = false }: OutboundRequest): URL {
  const parsed = URL.parse(url);
  const isAccepted =
    parsed?.protocol === "https:" || (mayBePrivate && parsed?.protocol === "http:");
  if (parsed === null || !isAccepted) throw new OutboundError("not_https");
  return parsed;
}
