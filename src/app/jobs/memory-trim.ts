import { monotonicMilliseconds } from "../../kernel/clock.ts";
import type { Work } from "./periodic-job.ts";

/** What is looked at, and done. */
export interface MemoryTrimOptions {
  /** Both in milliseconds, from any beginning. */
  readonly processorTime: () => number;
  readonly time: () => number;
  readonly shrink: () => void;
}

const pauseSeconds = 4;
/** Of one core. Shrinking, and compiling again what is called, is far from it: it never leads to the next. */
const busyShare = 0.5;
/** What is done for ever, such as listening for changes, takes less than half of it. */
const quietShare = 0.1;
const quietPauses = 2;

/**
 * Gives memory back when there is less to do after much: mostly code that was compiled for the load. It is compiled again
 * when it is called again, within the first second.
 */
export function createMemoryTrim(options: MemoryTrimOptions): Work {
  const { processorTime, time, shrink } = options;
  let before: { readonly processorTime: number; readonly time: number } | null = null;
  let hasWorked = false;
  let quiet = 0;

  /** Since the last time it was asked; the start of the program is nobody's load. */
  function shareOfCore(): number {
    const now = { processorTime: processorTime(), time: time() };
    const { processorTime: spent, time: since } = before ?? now;
    before = now;
    return now.time > since ? (now.processorTime - spent) / (now.time - since) : 0;
  }

  function look(): void {
    const share = shareOfCore();
    if (share > busyShare) hasWorked = true;
    quiet = share > quietShare ? 0 : quiet + 1;
    if (!hasWorked || quiet < quietPauses) return;
    hasWorked = false;
    shrink();
  }

  return {
    name: "shrink",
    pauseSeconds,
    run: () => {
      look();
      return Promise.resolve();
    },
  };
}

/** Those of the process that it is called in. */
export const ofThisProcess: MemoryTrimOptions = {
  processorTime() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  time: monotonicMilliseconds,
  // oxlint-disable-next-line typescript/no-deprecated -- nothing else gives back what was compiled
  shrink: () => Bun.shrink(),
};
