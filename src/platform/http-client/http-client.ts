import * as http from "node:http";
import * as https from "node:https";

import { version } from "../../kernel/version.ts";
import { type Address, findAddresses, type ResolveHost, resolveHost } from "./addresses.ts";
import {
  type HttpClient,
  OutboundError,
  type OutboundRequest,
  type OutboundResponse,
} from "./port.ts";
import { readResponse, toOutboundError } from "./read-response.ts";

/** What tests replace. */
export interface HttpClientOptions {
  readonly resolve?: ResolveHost;
  /** The certificates (PEM) that sign those of servers. Default: the bundled ones and those of NODE_EXTRA_CA_CERTS. */
  readonly certificateAuthorities?: readonly string[];
  /** How long a request may take in all. Default: 5. */
  readonly timeoutSeconds?: number;
}

/**
 * The client of `port.ts`. Each request resolves the host once, checks every address, and connects to one of those addresses.
 * It uses `node:https`, because `fetch` resolves the host itself and sends requests to the proxy that HTTPS_PROXY names.
 */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const { resolve = resolveHost, timeoutSeconds = 5 } = options;
  return {
    send: (request) =>
      withDeadline(timeoutSeconds, async (signal) => {
        const url = readUrl(request);
        const addresses = await findAddresses(url, request.mayBePrivate === true, resolve);
        return exchange({ url, request, addresses, signal, options });
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

interface Exchange {
  readonly url: URL;
  readonly request: OutboundRequest;
  readonly addresses: readonly Address[];
  readonly signal: AbortSignal;
  readonly options: HttpClientOptions;
}

function exchange({
  url,
  request,
  addresses,
  signal,
  options,
}: Exchange): Promise<OutboundResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<OutboundResponse>();
  const { certificateAuthorities } = options;
  const sent = (url.protocol === "https:" ? https : http).request({
    agent: false,
    host: url.hostname.replaceAll(/[[\]]/g, ""),
    port: url.port,
    path: `${url.pathname}${url.search}`,
    method: request.method,
    headers: {
      "user-agent": `gatehouse/${version}`,
      ...request.headers,
      "accept-encoding": "identity",
    },
    signal,
    lookup: (_host, _options, give) => give(null, [...addresses]),
    // NODE_TLS_REJECT_UNAUTHORIZED=0 has no effect.
    rejectUnauthorized: true,
    ...(certificateAuthorities ? { ca: [...certificateAuthorities] } : {}),
  });
  sent.on("error", (error) => reject(toOutboundError(error)));
  sent.on("upgrade", (_response, socket) => {
    socket.destroy();
    reject(new OutboundError("invalid_response"));
  });
  sent.on("response", (response) => {
    readResponse(response)
      .then(resolve, reject)
      .finally(() => sent.destroy());
  });
  sent.end(request.body ?? "");
  return promise;
}
