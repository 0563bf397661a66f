type Headers = Record<string, string | number | undefined>;

/** Answers to browsers of other origins (Fetch §3.2). */
export interface Cors {
  /** Adds what an answer to this request says of its origin. */
  annotate(request: Request, headers: Headers): void;
  /** Whether it is a preflight that may be granted; if so the headers say what is. */
  grantPreflight(request: Request, headers: Headers): boolean;
}

/**
 * Lets exactly the given origins read answers and send credentials; no pattern, no `null`, no `*`. With none given every
 * other origin is left to the browser's own refusal.
 */
export function createCors(allowedOrigins: readonly string[]): Cors {
  const allowed = new Set(allowedOrigins);

  function annotate(request: Request, headers: Headers): boolean {
    if (allowed.size === 0) return false;
    headers["vary"] = "Origin";
    const origin = request.headers.get("origin");
    if (origin === null || !allowed.has(origin)) return false;
    headers["access-control-allow-origin"] = origin;
    headers["access-control-allow-credentials"] = "true";
    headers["access-control-expose-headers"] = "X-Request-Id, Retry-After";
    return true;
  }

  return {
    annotate,
    grantPreflight(request, headers) {
      const method = request.headers.get("access-control-request-method");
      if (request.method !== "OPTIONS" || method === null) return false;
      if (!annotate(request, headers)) return false;
      headers["access-control-allow-methods"] = "GET, POST, PUT, PATCH, DELETE";
      headers["access-control-allow-headers"] = "Authorization, Content-Type, X-Request-Id";
      headers["access-control-max-age"] = "600";
      return true;
    },
  };
}
