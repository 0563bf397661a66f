import type { TraceLoad } from "./port.ts";

/** How the collector took a batch: `later` if it may be sent again, else how many of its spans were refused. */
export type BatchResult =
  | "later"
  | {
      readonly refused: number;
      /** The status of the response that refused all of them. */
      readonly refusedWith?: number;
    };

/** Spans that wait to be exported, in bounded memory. */
export interface SpanQueue<Span> {
  add(span: Span): void;
  load(): TraceLoad;
  /** Exports all that waits, until a batch fails. */
  flush(): Promise<void>;
  /** The same, and drops the rest. */
  stop(): Promise<void>;
}

/** About 2 MB: a span takes less than 1 KB. */
const maximumSpans = 2048;
const batchSize = 512;
const pauseSeconds = 5;
const longestPauseSeconds = 60;

/**
 * Sends batches of spans: when one is full, or after five seconds; what is added meanwhile waits as long. A batch that failed is sent again after a pause, which
 * doubles up to a minute; meanwhile spans beyond the maximum are dropped and counted.
 */
export function createSpanQueue<Span>(
  sendBatch: (batch: readonly Span[]) => Promise<BatchResult>,
): SpanQueue<Span> {
  const waiting: Span[] = [];
  let [exported, dropped, failures] = [0, 0, 0];
  let timer: ReturnType<typeof setTimeout> | null = null;
  let sending: Promise<void> | null = null;
  let isStopped = false;

  /** Sends what waits, and then goes on while at least `least` spans wait. */
  async function sendWhile(least: number): Promise<void> {
    for (let needed = 1; waiting.length >= needed; needed = least) {
      const batch = waiting.slice(0, batchSize);
      const result = await sendBatch(batch);
      if (result === "later") {
        failures += 1;
        return;
      }
      failures = 0;
      waiting.splice(0, batch.length);
      exported += batch.length - result.refused;
      dropped += result.refused;
    }
  }

  function send(least: number): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    sending ??= sendWhile(least).finally(() => {
      sending = null;
      if (waiting.length > 0) schedule();
    });
    return sending;
  }

  async function flush(): Promise<void> {
    while (sending !== null) {
      await sending;
      if (failures > 0) return;
    }
    await send(1);
  }

  function schedule(): void {
    if (timer !== null || isStopped) return;
    const seconds = Math.min(pauseSeconds * 2 ** failures, longestPauseSeconds);
    timer = setTimeout(() => void send(batchSize), seconds * 1000);
    timer.unref();
  }

  return {
    add(span) {
      if (isStopped || waiting.length >= maximumSpans) {
        dropped += 1;
        return;
      }
      waiting.push(span);
      if (sending !== null) return;
      if (waiting.length >= batchSize && failures === 0) void send(batchSize);
      else schedule();
    },
    load: () => ({ exported, dropped }),
    flush,
    async stop() {
      isStopped = true;
      await flush();
      if (timer !== null) clearTimeout(timer);
      dropped += waiting.splice(0).length;
    },
  };
}
