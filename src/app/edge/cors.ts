import type { ResponseHeaders } from "../../platform/http/exchange.ts";

/** Answers to browsers of other origins (Fetch §3.2). */
export interface Cors {
  /** What an answer to this request says of its origin; null where no other origin is allowed. */
  additions(request: Request): ResponseHeaders | null;
  /** What a granted preflight is answered; null for any other request. */
  grantPreflight(request: Request): ResponseHeaders | null;
}

/**
 * Lets exactly the given origins read answers and send credentials; no pattern, no `null`, no `*`. With none given every
 * other origin is left to the browser's own refusal.
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
        "access-control-expose-headers": "X-Request-Id, Retry-After",
      };
    },
    grantPreflight(request) {
      if (allowed.size === 0 || request.method !== "OPTIONS") return null;
      const origin = request.headers.get("origin");
      if (origin === null || !allowed.has(origin)) return null;
      if (!request.headers.has("access-control-request-method")) return null;
      return {
        "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
        "access-control-allow-headers": "Authorization, Content-Type, X-Request-Id",
        "access-control-max-age": "600",
      };
    },
  };
}
