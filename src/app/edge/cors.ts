import type { ResponseHeaders } from "../../platform/http/exchange.ts";

/** Response headers for browsers on pages of other origins (Fetch §3.2). */
export interface Cors {
  /** The CORS headers of a response to this request; null if no other origin is allowed. */
  additions(request: Request): ResponseHeaders | null;
  /** The headers of the response to a preflight from an allowed origin; null for any other request. */
  grantPreflight(request: Request): ResponseHeaders | null;
}

/** Beside what the API reads: Swagger UI and older libraries send the fourth, tracing in a browser (W3C Trace Context) the others. */
const allowedHeaders =
  "Authorization, Content-Type, X-Request-Id, X-Requested-With, traceparent, tracestate";

/** Beside the headers that every page may read (Fetch §4.10): what a client needs to wait, and to report a request. */
const exposedHeaders =
  "X-Request-Id, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, RateLimit-Policy";

/**
 * Allows exactly these origins to read responses and to send credentials: no pattern, no `null`, no `*`. With an empty list no
 * CORS header is sent, and browsers block every other origin.
 */
export function createCors(allowedOrigins: readonly string[]): Cors {
  const allowed = new Set(allowedOrigins);

  return {
    additions(request) {
      if (allowed.size === 0) return null;
      const origin = request.headers.get("origin");
      if (origin === null || !allowed.has(origin)) return { vary: "Origin" };
      return {
        vary: "Origin",
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": exposedHeaders,
      };
    },
    grantPreflight(request) {
      if (allowed.size === 0 || request.method !== "OPTIONS") return null;
      const origin = request.headers.get("origin");
      if (origin === null || !allowed.has(origin)) return null;
      if (!request.headers.has("access-control-request-method")) return null;
      return {
        "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
        "access-control-allow-headers": allowedHeaders,
        "access-control-max-age": "600",
      };
    },
  };
}
