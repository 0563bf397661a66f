import { monotonicMilliseconds } from "../../kernel/clock.ts";
import { type Exchange, responseBytes } from "../../platform/http/exchange.ts";

/** Shortens the time of a connection on which a request arrives slowly or a response is read slowly. */
export interface ConnectionTimes {
  /** Call it for a request that is not answered at once. */
  begin(exchange: Exchange): void;
  /** Call it for every response, with its status. */
  end(exchange: Exchange, status: number): void;
}

/**
 * How long a connection may be idle. It is longer than the reverse proxies' own times (nginx 60 s, Traefik 90 s, Caddy 120 s):
 * otherwise a proxy sends a request on a connection that the server is closing.
 */
export const idleConnectionSeconds = 130;

/** A client may read a response slowly if its body is longer. */
const promptResponseBytes = 65_536;
/** For a long response, from its start, and for the rest of a body that no route reads, from the response. */
const afterResponseSeconds = 28;

/** For a request that has no response after one look or two: its body arrives within 28 s, or the connection is closed. */
const slowRequestSeconds = 20;
const lookMilliseconds = 4000;

/**
 * Setting a time costs a twentieth of a request to a hot route, so that it is set for the few requests that need it. A time is
 * not started again by single bytes, and it ends with the connection's next request. The runtime itself closes a connection
 * after 12 s without the whole header of its first request.
 */
export function createConnectionTimes(): ConnectionTimes {
  /** In the order in which they arrived. */
  const recent = new Set<Exchange>();
  const slow = new Set<Exchange>();
  let isLookDue = false;

  function setTime({ server, request }: Exchange, seconds: number): void {
    server.timeout(request, seconds);
  }

  function lookLater(): void {
    if (isLookDue) return;
    isLookDue = true;
    setTimeout(look, lookMilliseconds).unref();
  }

  function look(): void {
    isLookDue = false;
    const latest = monotonicMilliseconds() - lookMilliseconds;
    for (const exchange of recent) {
      if (exchange.startedAt > latest) break;
      recent.delete(exchange);
      slow.add(exchange);
      setTime(exchange, slowRequestSeconds);
    }
    if (recent.size > 0) lookLater();
  }

  return {
    begin(exchange) {
      recent.add(exchange);
      lookLater();
    },
    end(exchange, status) {
      const wasSlow = !recent.delete(exchange) && slow.delete(exchange);
      if (
        responseBytes(exchange) > promptResponseBytes ||
        hasUnreadBody(exchange.request, status)
      ) {
        setTime(exchange, afterResponseSeconds);
      } else if (wasSlow) setTime(exchange, idleConnectionSeconds);
    },
  };
}

/** A body that is no longer arrives with its header: its connection may be idle as any other. */
const promptBodyBytes = 1024;

/** Whether the rest of a body may still arrive, slowly: it was not read, or is too large to be read to its end. */
function hasUnreadBody(request: Request, status: number): boolean {
  if (request.bodyUsed) return status === 413;
  const { headers } = request;
  return (
    Number(headers.get("content-length")) > promptBodyBytes || headers.has("transfer-encoding")
  );
}
