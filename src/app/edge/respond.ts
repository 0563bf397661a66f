import type { ResponseHeaders } from "../../platform/http/response-headers.ts";
import { jsonOf } from "../../platform/http/rendered-json.ts";
import type { RequestIds } from "../../platform/http/request-id.ts";

/** What is known of a request once it was handled, or has failed. */
export interface Answered {
  readonly request: Request;
  /** What is to be sent: an object as JSON, text and bytes as they are, nothing for an empty body. */
  readonly responseValue: unknown;
  readonly set: { status?: number | string; headers: ResponseHeaders };
}

/** The one place where what a handler or the error mapper gave becomes a response. */
export interface AnswerWriter {
  write(answered: Answered): Response;
  /** Success, with JSON that is rendered already. */
  writeJson(request: Request, json: string): Response;
  /** Success without a body, and with headers that are the same object whenever they are the same. */
  writeLasting(request: Request, lasting: Readonly<Record<string, string>>): Response;
}

/** What the writer needs. `additions` are what an answer to this request has beside what all have; null for nothing. */
export interface AnswerWriterOptions {
  readonly common: Readonly<Record<string, string>>;
  readonly requestIds: RequestIds;
  readonly additions: (request: Request) => ResponseHeaders | null;
}

type Body = string | Uint8Array<ArrayBuffer> | null;

/**
 * The headers that all answers have are kept ready in `Headers`, which a response copies several times faster than it takes
 * them from an object.
 */
export function createAnswerWriter(options: AnswerWriterOptions): AnswerWriter {
  const { common, requestIds, additions } = options;
  const ofJson = new Headers({ ...common, "content-type": "application/json;charset=utf-8" });
  const ofOther = new Headers(common);
  const ofLasting = new WeakMap<object, Headers>();

  function withLasting(lasting: Readonly<Record<string, string>>): Headers {
    const known = ofLasting.get(lasting);
    if (known) return known;
    const headers = new Headers({ ...common, ...lasting });
    ofLasting.set(lasting, headers);
    return headers;
  }

  function succeed(request: Request, usual: Headers, body: Body): Response {
    const own = additions(request);
    usual.set("x-request-id", requestIds.finally(request, none));
    return new Response(body, { headers: own ? withOwn(usual, own) : usual });
  }

  return {
    write({ request, responseValue, set }) {
      const usual = isJson(responseValue) ? ofJson : ofOther;
      usual.set("x-request-id", requestIds.finally(request, set.headers));
      add(set.headers, additions(request));
      const headers = hasNone(set.headers) ? usual : withOwn(usual, set.headers);
      const status = typeof set.status === "number" ? set.status : 200;
      // Else the framework would write them once more.
      if (headers !== usual) set.headers = {};
      if (status !== 200) set.status = 200;
      return new Response(bodyOf(responseValue), { status, headers });
    },
    writeJson: (request, json) => succeed(request, ofJson, json),
    writeLasting: (request, lasting) => succeed(request, withLasting(lasting), null),
  };
}

const none: Readonly<ResponseHeaders> = {};

/** An answer may vary by more than one thing. */
function add(headers: ResponseHeaders, additions: ResponseHeaders | null): void {
  if (!additions) return;
  const vary = [additions["vary"], headers["vary"]].filter((each) => each !== undefined);
  Object.assign(headers, additions, vary.length > 0 ? { vary: vary.join(", ") } : {});
}

function hasNone(headers: ResponseHeaders): boolean {
  for (const _ in headers) return false;
  return true;
}

function isJson(value: unknown): boolean {
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array);
}

function bodyOf(value: unknown): Body {
  if (value === undefined || value === null) return null;
  const isReady = typeof value !== "object" || value instanceof Uint8Array;
  return isReady ? asBody(value) : jsonOf(value);
}

function asBody(value: unknown): Body {
  return value as Body;
}

/** An answer's own headers stand in the place of the usual ones. */
function withOwn(usual: Headers, own: ResponseHeaders): Headers {
  const headers = new Headers(usual);
  for (const name in own) {
    const value = own[name];
    if (value !== undefined) headers.set(name, String(value));
  }
  return headers;
}
