import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

// opentelemetry-proto 1.x in its JSON form: names in camel case, ids in hexadecimal, 64-bit numbers as text, enumerations as
// numbers. No message has another field.
const closed = { additionalProperties: false } as const;
const count = Type.Optional(Type.Integer({ minimum: 0, maximum: 2 ** 32 - 1 }));
const nanoseconds = Type.String({ pattern: "^[1-9][0-9]{18}$" });
const spanId = Type.String({ pattern: "^(?!0{16})[0-9a-f]{16}$" });

const attribute = Type.Object(
  {
    key: Type.String({ minLength: 1 }),
    value: Type.Union([
      Type.Object({ stringValue: Type.String() }, closed),
      Type.Object({ boolValue: Type.Boolean() }, closed),
      Type.Object({ intValue: Type.Union([Type.Integer(), Type.String()]) }, closed),
      Type.Object({ doubleValue: Type.Number() }, closed),
    ]),
  },
  closed,
);
const attributes = Type.Array(attribute);

const span = Type.Object(
  {
    traceId: Type.String({ pattern: "^(?!0{32})[0-9a-f]{32}$" }),
    spanId,
    parentSpanId: Type.Optional(spanId),
    traceState: Type.Optional(Type.String()),
    flags: count,
    name: Type.String({ minLength: 1 }),
    kind: Type.Integer({ minimum: 0, maximum: 5 }),
    startTimeUnixNano: nanoseconds,
    endTimeUnixNano: nanoseconds,
    attributes,
    droppedAttributesCount: count,
    events: Type.Array(Type.Never()),
    droppedEventsCount: count,
    links: Type.Array(Type.Never()),
    droppedLinksCount: count,
    status: Type.Object({ code: Type.Integer({ minimum: 0, maximum: 2 }) }, closed),
  },
  closed,
);

const scope = Type.Object({ name: Type.String(), version: Type.String() }, closed);
const exportRequest = Type.Object(
  {
    resourceSpans: Type.Array(
      Type.Object(
        {
          resource: Type.Object({ attributes, droppedAttributesCount: count }, closed),
          scopeSpans: Type.Array(
            Type.Object(
              { scope, spans: Type.Array(span), schemaUrl: Type.Optional(Type.String()) },
              closed,
            ),
          ),
          schemaUrl: Type.Optional(Type.String()),
        },
        closed,
      ),
    ),
  },
  closed,
);

/** A span as it was exported. */
export type OtlpSpan = Static<typeof span>;

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
        .map((each) => ({ ...each, values: valuesOf(each) })),
    stop: () => server.stop(true),
  };
  return collector;
}

/** The spans of a request. Throws for one that is not an `ExportTraceServiceRequest`. */
function spansIn(text: string): readonly OtlpSpan[] {
  const parsed: unknown = JSON.parse(text);
  if (!Value.Check(exportRequest, parsed)) {
    throw new Error(JSON.stringify(Value.Errors(exportRequest, parsed).First()));
  }
  return parsed.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

function valuesOf(exported: OtlpSpan): Record<string, unknown> {
  return Object.fromEntries(
    exported.attributes.map(({ key, value }) => [key, Object.values(value)[0]]),
  );
}
