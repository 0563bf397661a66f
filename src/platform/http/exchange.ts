import type { UserActor } from "../../kernel/context.ts";
import { monotonicMilliseconds } from "../../kernel/clock.ts";
import type { Context } from "../platform.ts";
import type { ReadClientAddress } from "./client-address.ts";
import type { RequestIds } from "./request-id.ts";

/** What the edge uses of the server that received a request. */
export interface PeerLookup {
  /** The address of the connection's other end; null for a connection that was reset. */
  requestIP(request: Request): { readonly address: string } | null;
  /** Sets how long the request's connection may be idle until its next request. */
  timeout(request: Request, seconds: number): void;
}

/** One request with what is known of it, from its arrival to its access log line. */
export interface Exchange {
  readonly request: Request;
  readonly server: PeerLookup;
  /** In monotonic milliseconds. */
  readonly startedAt: number;
  readonly requestId: string;
  /** The template of the route's path, such as `/api/v1/posts/:post_id`; null until a route was found. */
  route: string | null;
  /** The context of the signed-in user, once the access token is verified by the route's guard. */
  admitted: Context<UserActor> | null;
  /** The user of the request, for the access log; null until one is authenticated. */
  userId: string | null;
  /** The client's address; undefined until it is read, null for a connection that was reset. */
  clientAddress: string | null | undefined;
  /** The `Set-Cookie` headers of the response beside the handler's; null for none. */
  setCookies: readonly string[] | null;
  /** Whether the response is a page, which scripts of other origins must not read: it is of the user of a cookie. */
  isPage: boolean;
  /** The response's body. A `Blob`'s bytes are shared between responses. */
  responseBody: ResponseBody;
}

/** The body of a response; null for none. */
export type ResponseBody = string | Blob | null;

/** Creates and finds the exchanges of one server. */
export interface Exchanges {
  open(request: Request, server: PeerLookup): Exchange;
  /** Attaches an exchange to the request that the framework's hooks receive. */
  attach(request: Request, exchange: Exchange): void;
  /** The exchange of a request. Throws for a request that was not attached. */
  of(request: Request): Exchange;
  /**
   * The client's address (see `createClientAddressReader`), or null for a connection that was reset. The connection's address is
   * read at the first call: a route that awaits anything calls this first, since the connection may be closed afterwards.
   */
  clientAddressOf(exchange: Exchange): string | null;
}

/** The headers of one response beside those of every response, by lower-case name. */
export type ResponseHeaders = Record<string, string | number | undefined>;

/** The size of a response's body. */
export function responseBytes({ responseBody: body }: Exchange): number {
  return body instanceof Blob ? body.size : Buffer.byteLength(body ?? "");
}

/** The path of a request without its query. The `url` of a request without a host (HTTP/1.0) has no origin. */
export function requestPath({ url }: Request): string {
  const start = url.startsWith("/") ? 0 : url.indexOf("/", url.indexOf("//") + 2);
  const query = url.indexOf("?", start);
  return url.slice(start, query === -1 ? undefined : query);
}

/** Exchanges whose ids come from `requestIds` and whose client addresses are read by `readClientAddress`. */
export function createExchanges(options: {
  readonly requestIds: RequestIds;
  readonly readClientAddress: ReadClientAddress;
}): Exchanges {
  const { requestIds, readClientAddress } = options;
  const attached = new WeakMap<Request, Exchange>();
  return {
    open: (request, server) => ({
      request,
      server,
      startedAt: monotonicMilliseconds(),
      requestId: requestIds.of(request),
      route: null,
      admitted: null,
      userId: null,
      clientAddress: undefined,
      setCookies: null,
      isPage: false,
      responseBody: null,
    }),
    attach: (request, exchange) => void attached.set(request, exchange),
    of(request) {
      const exchange = attached.get(request);
      if (!exchange) throw new Error("a request reached the router without its exchange");
      return exchange;
    },
    clientAddressOf(exchange) {
      if (exchange.clientAddress === undefined) {
        const { request, server } = exchange;
        const peer = server.requestIP(request)?.address ?? null;
        exchange.clientAddress = peer === null ? null : readClientAddress(peer, request.headers);
      }
      return exchange.clientAddress;
    },
  };
}
