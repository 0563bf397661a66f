/** A value of OTLP's JSON (opentelemetry/proto/common/v1, AnyValue). */
type OtlpValue =
  | { stringValue: string }
  | { intValue: number | string }
  | { boolValue: boolean }
  | { doubleValue: number };

/** A span in OTLP's JSON (opentelemetry/proto/trace/v1): ids in hexadecimal, times and int64 as text, enumerations as numbers. */
export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { key: string; value: OtlpValue }[];
  readonly status: { readonly code?: number };
}

/** What a collector got in one request. */
export interface TraceRequest {
  readonly path: string;
  readonly headers: Headers;
  readonly text: string;
}

/** A collector on this machine that keeps what it gets. */
export interface TraceCollector {
  readonly url: string;
  readonly requests: TraceRequest[];
  /** What it responds with; by default 200 and `{}`. */
  respond: () => Response | Promise<Response>;
  /** All spans so far, with their attributes as an object. */
  spans(): readonly (OtlpSpan & { readonly values: Readonly<Record<string, unknown>> })[];
  stop(): Promise<void>;
}

/** Starts a collector at once, so that its address can be in the settings of a shared test application. */
export function startTraceCollector(): TraceCollector {
  const requests: TraceRequest[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname } = new URL(request.url);
      requests.push({ path: pathname, headers: request.headers, text: await request.text() });
      return collector.respond();
    },
  });
  const collector: TraceCollector = {
    url: `http://127.0.0.1:${server.port}`,
    requests,
    respond: () => Response.json({}),
    spans: () =>
      requests
        .flatMap(({ text }) => spansIn(text))
        .map((span) => ({ ...span, values: valuesOf(span) })),
    stop: () => server.stop(true),
  };
  return collector;
}

function spansIn(text: string): readonly OtlpSpan[] {
  const { resourceSpans } = JSON.parse(text);
  return resourceSpans.flatMap(({ scopeSpans }: { scopeSpans: { spans: OtlpSpan[] }[] }) =>
    scopeSpans.flatMap(({ spans }) => spans),
  );
}

function valuesOf({ attributes }: OtlpSpan): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
