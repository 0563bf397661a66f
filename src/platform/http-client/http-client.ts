import * as http from "node:http";
import * as https from "node:https";

import { version } from "../../kernel/version.ts";
import { type Address, findAddresses, type ResolveHost, resolveHost } from "./addresses.ts";
import { type Connections, createConnections } from "./connections.ts";
import {
  type HttpClient,
  OutboundError,
  type OutboundRequest,
  type OutboundResponse,
} from "./port.ts";
import { discardBody, readHead, readResponse, toOutboundError } from "./read-response.ts";

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
 * unless it may use a connection that was kept, whose address was checked by the same rule when it was opened. It uses `node:https`, because `fetch` resolves the host itself and sends requests to the proxy that HTTPS_PROXY names.
 */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const { resolve = resolveHost, timeoutSeconds = 5 } = options;
  const connections = createConnections();
  return {
    send: (request) =>
      withDeadline(request.timeoutSeconds ?? timeoutSeconds, async (signal) => {
        const url = readUrl(request);
        const addresses = await findAddresses(url, request.mayBePrivate === true, resolve);
        const agent = findAgent(connections, url, request);
        return exchange({ url, request, addresses, signal, options, agent });
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

function findAgent(connections: Connections, url: URL, request: OutboundRequest) {
  const { mayBePrivate = false, keepsConnection = false } = request;
  return keepsConnection ? connections.agentFor(url, mayBePrivate) : false;
}

interface Exchange {
  readonly url: URL;
  readonly request: OutboundRequest;
  readonly addresses: readonly Address[];
  readonly signal: AbortSignal;
  readonly options: HttpClientOptions;
  /** False for a connection of its own. */
  readonly agent: http.Agent | false;
}

function exchange(parameters: Exchange): Promise<OutboundResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<OutboundResponse>();
  const { request, signal, agent } = parameters;
  const sent = openRequest(parameters);
  let isAnswered = false;
  sent.on("error", (error) => {
    // The server may close a kept connection at any time.
    const isStale = sent.reusedSocket && !isAnswered && !signal.aborted;
    if (isStale) exchange({ ...parameters, agent: false }).then(resolve, reject);
    else reject(toOutboundError(error));
  });
  sent.on("upgrade", (_response, socket) => {
    socket.destroy();
    reject(new OutboundError("invalid_response"));
  });
  sent.on("response", (response) => {
    isAnswered = true;
    if (request.discardsBody) {
      resolve({ ...readHead(response), body: "" });
      discardBody(response);
      return;
    }
    readResponse(response)
      .then(resolve, reject)
      .finally(() => {
        if (agent === false || !response.complete) sent.destroy();
      });
  });
  sent.end(request.body ?? "");
  return promise;
}

function openRequest({ url, request, addresses, signal, options, agent }: Exchange) {
  const { certificateAuthorities } = options;
  return (url.protocol === "https:" ? https : http).request({
    agent,
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
}
