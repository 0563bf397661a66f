import { monotonicMilliseconds } from "../../kernel/clock.ts";
import type { Job } from "./periodic-job.ts";

/** The clocks that the job reads, and the action that it takes. */
export interface MemoryTrimOptions {
  /** Both in milliseconds, from any starting point. */
  readonly processorTime: () => number;
  readonly time: () => number;
  readonly trim: () => void;
}

const pauseSeconds = 4;
/** The share of one core above which the process counts as busy. A trim and the compilation after it stay far below. */
const busyShare = 0.5;
/** The share of one core below which it counts as idle. Permanent work, such as listening for changes, takes less than a quarter. */
const idleShare = 0.1;
const idlePauses = 2;

/**
 * Returns memory to the operating system when load has ended: mostly code that was compiled for it. Code that is called again
 * is compiled again, within the first second.
 */
export function createMemoryTrim(options: MemoryTrimOptions): Job {
  const { processorTime, time, trim } = options;
  let before: { readonly processorTime: number; readonly time: number } | null = null;
  let hasWorked = false;
  let idleCount = 0;

  /** The share of a core since the previous call. The first call returns 0, so the start of the program does not count. */
  function shareOfCore(): number {
    const now = { processorTime: processorTime(), time: time() };
    const { processorTime: spent, time: since } = before ?? now;
    before = now;
    return now.time > since ? (now.processorTime - spent) / (now.time - since) : 0;
  }

  function check(): void {
    const share = shareOfCore();
    if (share > busyShare) hasWorked = true;
    idleCount = share > idleShare ? 0 : idleCount + 1;
    if (!hasWorked || idleCount < idlePauses) return;
    hasWorked = false;
    trim();
  }

  return {
    name: "memory trim",
    pauseSeconds,
    run: () => {
      check();
      return Promise.resolve();
    },
  };
}

/** The clocks and the trim of this process. */
export const thisProcess: MemoryTrimOptions = {
  processorTime() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  time: monotonicMilliseconds,
  // oxlint-disable-next-line typescript/no-deprecated -- nothing else returns the memory of compiled code
  trim: () => Bun.shrink(),
};
