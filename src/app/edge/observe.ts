import { type Clock, monotonicMilliseconds } from "../../kernel/clock.ts";
import { type Exchange, type Exchanges, responseBytes } from "../../platform/http/exchange.ts";
import type { Logger } from "../../platform/log/port.ts";
import type { RequestMetrics } from "./request-metrics.ts";

/** Records one finished request: its metrics and, depending on `LOG_REQUESTS`, its access log line. */
export type Observe = (exchange: Exchange, status: number) => void;

/** What observing needs. `LOG_REQUESTS=true` leaves out the successful requests for which `isHot` is true. */
export interface ObserveOptions {
  readonly clock: Clock;
  readonly log: Pick<Logger, "request">;
  readonly logRequests: "true" | "all" | "false";
  readonly exchanges: Pick<Exchanges, "clientAddressOf">;
  readonly metrics: RequestMetrics;
  readonly isHot: (exchange: Exchange) => boolean;
}

/**
 * The line contains method, route template, status, duration, request id, client address, user id and size; never a path, a
 * query, a header or a body, since those may contain a secret.
 */
export function createObserve(options: ObserveOptions): Observe {
  const { clock, log, logRequests, exchanges, metrics, isHot } = options;

  function isLogged(exchange: Exchange, status: number): boolean {
    if (logRequests !== "true") return logRequests === "all";
    if (exchange.route?.startsWith("/health")) return false;
    return status >= 400 || !isHot(exchange);
  }

  return (exchange, status) => {
    const { method } = exchange.request;
    const milliseconds = monotonicMilliseconds() - exchange.startedAt;
    metrics.record(method, exchange.route, status, milliseconds);
    if (!isLogged(exchange, status)) return;
    log.request(clock.now(), {
      method,
      route: exchange.route,
      status,
      ms: Math.round(milliseconds * 100) / 100,
      request_id: exchange.requestId,
      client_address: exchanges.clientAddressOf(exchange),
      user_id: exchange.userId,
      bytes: method === "HEAD" ? 0 : responseBytes(exchange),
    });
  };
}
