import type { Exchange, ResponseBody, ResponseHeaders } from "../../platform/http/exchange.ts";
import type { Problem } from "./map-error.ts";

/** The one writer of responses. */
export interface Responder {
  /** What a handler returned, with the status and headers that it set: an object as JSON, text and bytes as they are. */
  write(exchange: Exchange, value: unknown, status: number, headers: ResponseHeaders): Response;
  /** 200 with JSON, an object or its text, and no headers of its own. */
  json(exchange: Exchange, value: object | string): Response;
  /** 200 with these headers and no body. An object's headers are cached by its identity, so it must not change. */
  headersOnly(exchange: Exchange, headers: Readonly<ResponseHeaders>): Response;
  problem(exchange: Exchange, problem: Problem): Response;
  /** 500 for an error that the error mapper or this writer threw. */
  lastResort(exchange: Exchange): Response;
}

/** Headers that the writer adds: `common` to every response, `additions` to the response of one request; null for none. */
export interface ResponderOptions {
  readonly common: Readonly<Record<string, string>>;
  readonly additions: (exchange: Exchange) => ResponseHeaders | null;
}

/** Headers that many responses share are stored as `Headers`, which a response copies faster than an object. */
export function createResponder({ common, additions }: ResponderOptions): Responder {
  const ofJson = new Headers({ ...common, "content-type": "application/json;charset=utf-8" });
  const ofOther = new Headers(common);
  const ofHeadersOnly = new WeakMap<object, Headers>();

  /** The headers of a response: the shared ones, the request's id and the response's own. */
  function headersOf(exchange: Exchange, shared: Headers, own: ResponseHeaders | null): Headers {
    shared.set("x-request-id", exchange.requestId);
    if (own === null && exchange.setCookies === null) return shared;
    const headers = withOwn(shared, own ?? {});
    for (const cookie of exchange.setCookies ?? []) headers.append("set-cookie", cookie);
    return headers;
  }

  function send(
    exchange: Exchange,
    body: ResponseBody,
    status: number,
    headers: Headers,
  ): Response {
    exchange.responseBody = body;
    return new Response(body, { status, headers });
  }

  function write(
    exchange: Exchange,
    value: unknown,
    status: number,
    headers: ResponseHeaders,
  ): Response {
    const own = merge(headers, additions(exchange));
    const isJson = typeof value === "object" && value !== null && !(value instanceof Blob);
    const sent = headersOf(exchange, isJson ? ofJson : ofOther, own);
    return send(exchange, bodyOf(value), status, sent);
  }

  function sharedOf(headers: Readonly<ResponseHeaders>): Headers {
    const known = ofHeadersOnly.get(headers);
    if (known) return known;
    const shared = withOwn(ofOther, headers);
    ofHeadersOnly.set(headers, shared);
    return shared;
  }

  return {
    write,
    json(exchange, value) {
      const headers = headersOf(exchange, ofJson, additions(exchange));
      return send(
        exchange,
        typeof value === "string" ? value : JSON.stringify(value),
        200,
        headers,
      );
    },
    headersOnly(exchange, headers) {
      const sent = headersOf(exchange, sharedOf(headers), additions(exchange));
      return send(exchange, null, 200, sent);
    },
    problem: (exchange, { status, body, headers }) => write(exchange, body, status, headers),
    lastResort: (exchange) =>
      send(exchange, lastResortBody, 500, headersOf(exchange, ofJson, null)),
  };
}

const lastResortBody = JSON.stringify({
  success: false,
  error: { code: "INTERNAL_ERROR", message: "An internal error occurred." },
});

/** For an error outside the edge: without it the runtime responds with a page that contains the error and source code. */
export function respondToEscapedError(): Response {
  const headers = { "content-type": "application/json;charset=utf-8", "cache-control": "no-store" };
  return new Response(lastResortBody, { status: 500, headers });
}

function bodyOf(value: unknown): ResponseBody {
  if (value === undefined || value === null) return null;
  const isReady = typeof value !== "object" || value instanceof Blob;
  return isReady ? asBody(value) : JSON.stringify(value);
}

function asBody(value: unknown): ResponseBody {
  return value as ResponseBody;
}

/** A handler's headers with the additions; null if there are neither. The `vary` headers of both are combined. */
function merge(
  headers: Readonly<ResponseHeaders>,
  added: ResponseHeaders | null,
): ResponseHeaders | null {
  if (added === null) return hasAny(headers) ? headers : null;
  const vary = [added["vary"], headers["vary"]].filter((each) => each !== undefined);
  return { ...headers, ...added, ...(vary.length > 0 ? { vary: vary.join(", ") } : {}) };
}

function hasAny(headers: Readonly<ResponseHeaders>): boolean {
  for (const _ in headers) return true;
  return false;
}

/** A response's own headers replace shared ones of the same name. */
function withOwn(shared: Headers, own: Readonly<ResponseHeaders>): Headers {
  const headers = new Headers(shared);
  for (const name in own) {
    const value = own[name];
    if (value !== undefined) headers.set(name, String(value));
  }
  return headers;
}
