import type { Exchanges } from "../../platform/http/exchange.ts";
import type { Tracing } from "../../platform/tracing/port.ts";
import type { Edge, Handler } from "./handle.ts";
import type { Observe } from "./observe.ts";

/** The same edge, in which each request is the span of a server. */
export function traceEdge({ routes, fetch: other }: Edge, tracing: Tracing): Edge {
  const trace =
    (handler: Handler): Handler =>
    (request, server) =>
      tracing.handle(request, () => handler(request, server));
  const traced = Object.entries(routes).map(([path, handler]) => [path, trace(handler)] as const);
  return { routes: Object.fromEntries(traced), fetch: trace(other) };
}

/** The same observation, which also names the span. Whatever the span contains is in the access log too. */
export function traceObserved(
  observe: Observe,
  exchanges: Pick<Exchanges, "clientAddressOf">,
  tracing: Tracing,
): Observe {
  return (exchange, status) => {
    tracing.describeRequest({
      method: exchange.request.method,
      route: exchange.route,
      status,
      requestId: exchange.requestId,
      clientAddress: exchanges.clientAddressOf(exchange),
    });
    observe(exchange, status);
  };
}
