import { AppError } from "../../kernel/errors.ts";
import { describeError } from "../../platform/db/errors.ts";
import {
  type Exchange,
  type Exchanges,
  type PeerLookup,
  requestPath,
} from "../../platform/http/exchange.ts";
import type { HotRoute, HotRouteDependencies } from "../../platform/http/hot-route.ts";
import type { Logger } from "../../platform/log/port.ts";
import type { ConnectionTimes } from "./connection-times.ts";
import type { Gate } from "./gate.ts";
import type { MapError } from "./map-error.ts";
import type { Observe } from "./observe.ts";
import type { PlainPaths, ReceivedSegments } from "./plain-path.ts";
import type { Responder } from "./respond.ts";
import type { HotRoutes, RouteTable } from "./route-table.ts";

/** A request as the server passes it to a route: `params` has the path's segments as they were received. */
type RoutedRequest = Request & { readonly params?: ReceivedSegments };

/** Responds to a request that a server received. */
export type Handler = (request: RoutedRequest, server: PeerLookup) => Response | Promise<Response>;

/** The options of a server: the same handler for its routes and for every other path. */
export interface Edge {
  readonly routes: Readonly<Record<string, Handler>>;
  readonly fetch: Handler;
}

/** The parts of the edge. `router` is the framework's, for all routes that are not hot. */
export interface EdgeOptions {
  readonly exchanges: Exchanges;
  readonly gate: Gate;
  readonly table: RouteTable;
  readonly plainPaths: PlainPaths;
  readonly router: (request: Request) => Response | Promise<Response>;
  readonly hot: HotRouteDependencies;
  readonly mapError: MapError;
  readonly responder: Responder;
  readonly observe: Observe;
  readonly connectionTimes: ConnectionTimes;
  readonly log: Logger;
}

/**
 * Every request enters through `handle` and leaves through `finish`: exchange, gate, route, handler, response, observation. The
 * server finds the paths of hot routes without parsing the URL, and passes their routes to `handle`.
 */
export function createEdge(options: EdgeOptions): Edge {
  const { exchanges, gate, table, plainPaths, router, hot, mapError, responder } = options;
  const { observe, connectionTimes, log } = options;

  function handle(
    request: RoutedRequest,
    server: PeerLookup,
    found: HotRoutes | null,
  ): Response | Promise<Response> {
    const exchange = exchanges.open(request, server);
    let response: Response | Promise<Response>;
    try {
      response = gate(exchange) ?? route(exchange, found);
    } catch (error) {
      response = fail(exchange, error);
    }
    if (!(response instanceof Promise)) return finish(exchange, response);
    connectionTimes.begin(exchange);
    return response.then(
      (settled) => finish(exchange, settled),
      (error: unknown) => finish(exchange, fail(exchange, error)),
    );
  }

  function route(exchange: Exchange, found: HotRoutes | null): Response | Promise<Response> {
    const { request } = exchange;
    const hotRoutes = found ?? findHotRoutes(request);
    const hotRoute = hotRoutes?.get(request.method);
    return hotRoute ? runHot(exchange, hotRoute) : runRouter(exchange);
  }

  /** The server's router found no hot route for the path as it was received. Another spelling of it may be one. */
  function findHotRoutes(request: RoutedRequest): HotRoutes | null {
    plainPaths.assertPlain(request, request.params ?? null);
    return table.findHotRoutes(requestPath(request));
  }

  function runHot(exchange: Exchange, hotRoute: HotRoute): Response | Promise<Response> {
    exchange.route = hotRoute.path;
    if (hotRoute.needsClientAddress) assertConnected(exchange);
    return hotRoute.result === "json"
      ? send(hotRoute.run(exchange, hot), (value) => responder.json(exchange, value))
      : send(hotRoute.run(exchange, hot), (headers) => responder.headersOnly(exchange, headers));
  }

  function runRouter(exchange: Exchange): Response | Promise<Response> {
    assertConnected(exchange);
    const request = withHost(exchange.request);
    exchanges.attach(request, exchange);
    return router(request);
  }

  /** Rejects a request whose connection was reset: an audit row and a limit need its client address. */
  function assertConnected(exchange: Exchange): void {
    if (exchanges.clientAddressOf(exchange) === null) {
      throw new AppError("VALIDATION_ERROR", "The connection was closed.");
    }
  }

  function fail(exchange: Exchange, error: unknown): Response {
    try {
      return responder.problem(exchange, mapError(exchange, error));
    } catch (failure) {
      logFailure(exchange, failure, "no response could be made for an error");
      return responder.lastResort(exchange);
    }
  }

  function finish(exchange: Exchange, response: Response): Response {
    try {
      connectionTimes.end(exchange, response.status);
      exchange.route ??= table.findTemplate(requestPath(exchange.request));
      observe(exchange, response.status);
    } catch (failure) {
      logFailure(exchange, failure, "a request could not be logged");
    }
    return response;
  }

  /** A log that cannot be written must not change the response. */
  function logFailure(exchange: Exchange, failure: unknown, message: string): void {
    try {
      log.error({ request_id: exchange.requestId, ...describeError(failure) }, message);
    } catch {
      // There is no other place to report it.
    }
  }

  const handleOther: Handler = (request, server) => handle(request, server, null);
  const hotRoutes = [...table.hotPaths].map(([path, found]): [string, Handler] => [
    path,
    (request, server) => handle(request, server, found),
  ]);
  const others = plainPaths.segmentPatterns.map((pattern): [string, Handler] => [
    pattern,
    handleOther,
  ]);
  return { routes: Object.fromEntries([...others, ...hotRoutes]), fetch: handleOther };
}

/** The URL of a request without a `Host` (HTTP/1.0) has no origin, and the framework's router would find no path in it. */
function withHost(request: Request): Request {
  return request.url.startsWith("/")
    ? new Request(`http://localhost${request.url}`, request)
    : request;
}

/** Responds to a cached token in the same turn of the event loop: a promise would take longer than the lookup. */
function send<Value extends object | string>(
  value: Value | Promise<Value>,
  respond: (value: Value) => Response,
): Response | Promise<Response> {
  return value instanceof Promise ? value.then(respond) : respond(value);
}
