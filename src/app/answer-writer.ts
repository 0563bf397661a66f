import type { AnswerHeaders } from "../platform/http/answer-headers.ts";
import { jsonOf } from "../platform/http/rendered-json.ts";
import type { RequestIds } from "../platform/http/request-id.ts";

/** What is known of a request once it was handled, or has failed. */
export type Answered = HandledRequest & (AnsweredByValue | AnsweredByHeaders);

interface HandledRequest {
  readonly request: Request;
  readonly set: { status?: number | string; headers: AnswerHeaders };
}

interface AnsweredByValue {
  /** What is to be sent: an object as JSON, text and bytes as they are, nothing for an empty body. */
  readonly responseValue: unknown;
  readonly lasting?: never;
}

/** Not beside a value: what is kept of such headers does not say of which type that is. */
interface AnsweredByHeaders {
  readonly responseValue?: never;
  /** Headers that are the same object whenever they are the same. */
  readonly lasting: Readonly<Record<string, string>>;
}

/** What the writer needs. `annotate` adds what an answer to this request has of its own. */
export interface AnswerWriterOptions {
  readonly common: Readonly<Record<string, string>>;
  readonly requestIds: RequestIds;
  readonly annotate: (request: Request, headers: AnswerHeaders) => void;
}

/**
 * The one place where what a handler or the error mapper gave becomes a response. The headers that all have are kept ready
 * in `Headers`, which a response copies several times faster than it takes them from an object.
 */
export function createAnswerWriter({ common, requestIds, annotate }: AnswerWriterOptions) {
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

  return ({ request, responseValue, set, lasting }: Answered): Response => {
    annotate(request, set.headers);
    const plain = isJson(responseValue) ? ofJson : ofOther;
    const usual = lasting ? withLasting(lasting) : plain;
    usual.set("x-request-id", requestIds.finally(request, set.headers));
    const headers = hasNone(set.headers) ? usual : withOwn(usual, set.headers);
    const status = typeof set.status === "number" ? set.status : 200;
    // Else the framework would write them once more.
    if (headers !== usual) set.headers = {};
    if (status !== 200) set.status = 200;
    return new Response(bodyOf(responseValue), { status, headers });
  };
}

function hasNone(headers: AnswerHeaders): boolean {
  for (const _ in headers) return false;
  return true;
}

function isJson(value: unknown): boolean {
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array);
}

function bodyOf(value: unknown): string | Uint8Array<ArrayBuffer> | null {
  if (value === undefined || value === null) return null;
  const isReady = typeof value !== "object" || value instanceof Uint8Array;
  return isReady ? asBody(value) : jsonOf(value);
}

function asBody(value: unknown): string | Uint8Array<ArrayBuffer> {
  return value as string | Uint8Array<ArrayBuffer>;
}

/** An answer's own headers stand in the place of the usual ones. */
function withOwn(usual: Headers, own: AnswerHeaders): Headers {
  const headers = new Headers(usual);
  for (const name in own) {
    const value = own[name];
    if (value !== undefined) headers.set(name, String(value));
  }
  return headers;
}
