import type { UserActor } from "../../kernel/context.ts";
import { monotonicMilliseconds } from "../../kernel/clock.ts";
import type { Context } from "../platform.ts";
import type { ReadClientAddress } from "./client-address.ts";
import type { RequestIds } from "./request-id.ts";

/** Finds the address of a connection's other end; `Bun.serve`'s server does this. Null for a connection that was reset. */
export interface PeerLookup {
  requestIP(request: Request): { readonly address: string } | null;
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
  /** The context of the signed-in user, once the access token is verified. */
  admitted: Context<UserActor> | null;
  /** The address of the connection's other end; undefined until it is read, null for a connection that was reset. */
  peer: string | null | undefined;
  /** Bytes of the response's body. */
  bytesSent: number;
}

/** Creates and finds the exchanges of one server. */
export interface Exchanges {
  open(request: Request, server: PeerLookup, route: string | null): Exchange;
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
    open: (request, server, route) => ({
      request,
      server,
      startedAt: monotonicMilliseconds(),
      requestId: requestIds.of(request),
      route,
      admitted: null,
      peer: undefined,
      bytesSent: 0,
    }),
    attach: (request, exchange) => void attached.set(request, exchange),
    of(request) {
      const exchange = attached.get(request);
      if (!exchange) throw new Error("a request reached the router without its exchange");
      return exchange;
    },
    clientAddressOf(exchange) {
      exchange.peer ??= exchange.server.requestIP(exchange.request)?.address ?? null;
      return exchange.peer === null
        ? null
        : readClientAddress(exchange.peer, exchange.request.headers);
    },
  };
}
