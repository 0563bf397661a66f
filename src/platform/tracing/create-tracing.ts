import type { HttpClient } from "../http-client/port.ts";
import type { Logger } from "../log/port.ts";
import type * as OpenTelemetry from "./open-telemetry.ts";
import type { Tracing } from "./port.ts";
import type { SamplerName } from "./sampler.ts";
import { type Collector, sendBatch } from "./send-batch.ts";
import { type BatchResult, createSpanQueue } from "./span-queue.ts";

/** How this process is traced, and where its traces go. */
export interface TracingOptions {
  readonly collector: Collector;
  readonly serviceName: string;
  readonly environment: string;
  readonly sampler: SamplerName;
  readonly ratio: number;
  /** It must not be traced itself. */
  readonly httpClient: HttpClient;
  readonly log: Pick<Logger, "info" | "warn">;
}

type Library = typeof OpenTelemetry;

/** Traces over OTLP. The library is loaded by `start` alone: a process without traces does not load it. */
export function createTracing(options: TracingOptions): Tracing {
  const { collector, httpClient, log } = options;
  let library: Library | null = null;
  let spans: ReturnType<Library["createSpans"]> | null = null;
  let isAway = false;
  let refusedWith: number | undefined;

  function report(result: BatchResult): void {
    reportOutage(result);
    if (result === "later") return;
    const before = refusedWith;
    ({ refusedWith } = result);
    if (refusedWith === before) return;
    if (refusedWith === undefined) log.info({}, "the collector of traces takes spans again");
    else log.warn({ status: refusedWith }, "the collector of traces refuses all spans");
  }

  function reportOutage(result: BatchResult): void {
    const wasAway = isAway;
    isAway = result === "later";
    if (isAway && !wasAway) log.warn({}, "the collector of traces does not respond");
    if (!isAway && wasAway) log.info({}, "the collector of traces responds again");
  }

  const queue = createSpanQueue<Parameters<Library["asOtlpJson"]>[0][number]>(async (batch) => {
    const json = library?.asOtlpJson(batch) ?? "";
    const result = await sendBatch(httpClient, collector, json, batch.length);
    report(result);
    return result;
  });

  return {
    async start() {
      library ??= await import("./open-telemetry.ts");
      spans ??= library.createSpans({ ...options, onEnd: queue.add });
    },
    handle: (request, work) => (spans === null ? work() : spans.handle(request, work)),
    describeRequest: (request) => spans?.describeRequest(request),
    run: (description, work) => (spans === null ? work(unrecorded) : spans.run(description, work)),
    traceId: () => spans?.traceId() ?? null,
    load: queue.load,
    flush: queue.flush,
    stop: () => withinSeconds(stopSeconds, queue.stop()),
  };
}

/** A collector that is slow delays the end of the process no longer than this. */
const stopSeconds = 5;

async function withinSeconds(seconds: number, work: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, seconds * 1000);
  await Promise.race([work, late.promise]);
  clearTimeout(timer);
}

const unrecorded = { set: () => undefined, fail: () => undefined };
