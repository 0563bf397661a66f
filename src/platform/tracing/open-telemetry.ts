import { AsyncLocalStorage } from "node:async_hooks";

import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  trace,
} from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { type ReadableSpan, TracerProvider } from "@opentelemetry/sdk-trace";

import { commit, version } from "../../kernel/version.ts";
import type { FinishedRequest, OpenSpan, SpanDescription, Tracing } from "./port.ts";
import { createSampler, type SamplerName } from "./sampler.ts";

/** What the spans are made with. */
export interface SpanOptions {
  readonly serviceName: string;
  readonly environment: string;
  readonly sampler: SamplerName;
  readonly ratio: number;
  /** Called with each span that is sampled and has ended. */
  readonly onEnd: (span: ReadableSpan) => void;
}

const kinds = {
  internal: SpanKind.INTERNAL,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
} as const;

const headersOf: TextMapGetter<Headers> = {
  keys: (headers) => [...headers.keys()],
  get: (headers, name) => headers.get(name) ?? undefined,
};

/** The JSON of a batch in the form of OTLP/HTTP. */
export function asOtlpJson(spans: readonly ReadableSpan[]): string {
  const bytes = JsonTraceSerializer.serializeRequest([...spans]);
  return new TextDecoder().decode(bytes);
}

/** Where work runs: below a span, in a scope that ends with the outermost span. */
interface Place {
  readonly context: Context;
  readonly scope: { isOpen: boolean };
}

/** Makes spans with the packages of OpenTelemetry, without their global state. */
export function createSpans(
  options: SpanOptions,
): Pick<Tracing, "handle" | "describeRequest" | "run" | "traceId"> {
  const current = new AsyncLocalStorage<Place>();
  const propagator = new W3CTraceContextPropagator();
  const provider = new TracerProvider({
    sampler: createSampler(options.sampler, options.ratio),
    resource: resourceFromAttributes({
      "service.name": options.serviceName,
      "service.version": commit === null ? version : `${version}+${commit}`,
      "deployment.environment.name": options.environment,
    }),
    spanLimits: { attributeCountLimit: 32, attributeValueLengthLimit: 256 },
    spanProcessors: [
      {
        onStart: () => undefined,
        onEnd: options.onEnd,
        forceFlush: () => Promise.resolve(),
        shutdown: () => Promise.resolve(),
      },
    ],
  });
  const tracer = provider.getTracer("gatehouse", version);

  /** Timers and loops that a request has started keep its place, also after its end: it does not count for them. */
  function currentPlace(): Place | null {
    const place = current.getStore();
    return place?.scope.isOpen === true ? place : null;
  }

  function currentSpan(): Span | undefined {
    const place = currentPlace();
    return place === null ? undefined : trace.getSpan(place.context);
  }

  return {
    handle(request, work) {
      const parent = propagator.extract(ROOT_CONTEXT, request.headers, headersOf);
      const span = tracer.startSpan("HTTP", { kind: SpanKind.SERVER }, parent);
      const scope = { isOpen: true };
      const end = (): void => {
        scope.isOpen = false;
        span.end();
      };
      const result = current.run({ context: trace.setSpan(parent, span), scope }, work);
      if (result instanceof Promise) return result.finally(end);
      end();
      return result;
    },

    describeRequest(request) {
      const span = currentSpan();
      if (span?.isRecording()) describe(span, request);
    },

    async run(description, work) {
      const place = currentPlace();
      if (place === null && description.beginsTrace !== true) return work(unrecorded);
      const parent = place?.context ?? ROOT_CONTEXT;
      const scope = place?.scope ?? { isOpen: true };
      const span = tracer.startSpan(description.name, spanOptions(description), parent);
      const open = openSpan(span);
      try {
        return await current.run({ context: trace.setSpan(parent, span), scope }, () => work(open));
      } catch (error) {
        open.fail(typeOf(error));
        throw error;
      } finally {
        if (place === null) scope.isOpen = false;
        span.end();
      }
    },

    traceId: () => currentSpan()?.spanContext().traceId ?? null,
  };
}

function spanOptions({ kind, attributes }: SpanDescription) {
  return { kind: kinds[kind], ...(attributes ? { attributes: { ...attributes } } : {}) };
}

const knownMethods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]);

/** HTTP server spans of the semantic conventions, but for `url.path`, which may hold what a mailed link holds. */
function describe(span: Span, request: FinishedRequest): void {
  const { route, status, requestId, clientAddress } = request;
  const isKnown = knownMethods.has(request.method);
  const method = isKnown ? request.method : "_OTHER";
  const name = isKnown ? method : "HTTP";
  span.updateName(route === null ? name : `${name} ${route}`);
  span.setAttribute("http.request.method", method);
  span.setAttribute("http.response.status_code", status);
  span.setAttribute("gatehouse.request_id", requestId);
  if (route !== null) span.setAttribute("http.route", route);
  if (clientAddress !== null) span.setAttribute("client.address", clientAddress);
  if (status < 500) return;
  span.setAttribute("error.type", String(status));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

function openSpan(span: Span): OpenSpan {
  return {
    set: (name, value) => void span.setAttribute(name, value),
    fail(errorType) {
      span.setAttribute("error.type", errorType);
      span.setStatus({ code: SpanStatusCode.ERROR });
    },
  };
}

const unrecorded: OpenSpan = { set: () => undefined, fail: () => undefined };

/** The code of an error or the name of its class. Its message may hold what users sent. */
function typeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const code: unknown = Reflect.get(error, "code");
  return typeof code === "string" ? code : error.name;
}
