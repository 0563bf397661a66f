import { monotonicMilliseconds } from "../../kernel/clock.ts";
import type { ServiceCounts } from "../../platform/metrics/port.ts";
import type { Job } from "./periodic-job.ts";

const pauseSeconds = 1;

/** Observes once a second how much later than planned the event loop runs a timer: requests wait as long. */
export function createEventLoopLag(
  counts: Pick<ServiceCounts, "observeEventLoopLag">,
  time: () => number = monotonicMilliseconds,
): Job {
  let plannedAt: number | null = null;
  return {
    name: "event-loop lag",
    pauseSeconds,
    run() {
      const now = time();
      if (plannedAt !== null) counts.observeEventLoopLag(Math.max(0, now - plannedAt) / 1000);
      plannedAt = now + pauseSeconds * 1000;
      return Promise.resolve();
    },
  };
}
