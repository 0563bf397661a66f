/** A value of an attribute. It holds no secret, no query string and nothing personal but a client address. */
export type SpanValue = string | number | boolean;

/** What a span says from its start. */
export interface SpanDescription {
  /** Of low cardinality: a route template, the name of a statement. */
  readonly name: string;
  readonly kind: "internal" | "client" | "producer";
  readonly attributes?: Readonly<Record<string, SpanValue>>;
  /** Whether it begins a trace of its own where no request is traced. Otherwise there is no span then. */
  readonly beginsTrace?: boolean;
}

/** A span that is not ended yet. */
export interface OpenSpan {
  set(name: string, value: SpanValue): void;
  /** Marks the work as failed, with a code or the name of an error's class. */
  fail(errorType: string): void;
}

/** A request that is being finished. */
export interface FinishedRequest {
  readonly method: string;
  /** The template of the route's path; null for a path without a route. */
  readonly route: string | null;
  readonly status: number;
  readonly requestId: string;
  readonly clientAddress: string | null;
}

/** Counts of spans since the start. */
export interface TraceLoad {
  readonly exported: number;
  /** Not exported: the collector was away for too long, or has refused them. */
  readonly dropped: number;
}

/** Traces of this process, exported over OTLP. No function of it fails or delays the work that it observes. */
export interface Tracing {
  /** Loads the library. Before, nothing is traced. */
  start(): Promise<void>;
  /** Runs the work of a request in its span, which continues the trace of its `traceparent` (W3C Trace Context). */
  handle<T>(request: Request, work: () => T | Promise<T>): T | Promise<T>;
  /** Names the span of the current request. */
  describeRequest(request: FinishedRequest): void;
  /** Runs work in a span below the current one. */
  run<T>(description: SpanDescription, work: (span: OpenSpan) => Promise<T>): Promise<T>;
  /** The id of the current trace, for log lines; null outside of one. */
  traceId(): string | null;
  load(): TraceLoad;
  /** Exports what waits. */
  flush(): Promise<void>;
  /** Exports what waits, and drops the rest. Takes a few seconds at most. */
  stop(): Promise<void>;
}
