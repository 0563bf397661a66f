import { findAppError } from "../../kernel/errors.ts";
import { describeError, findDatabaseFault, isUnavailable } from "../../platform/db/errors.ts";
import type { Logger } from "../../platform/log/port.ts";

/** Something that a replica does again and again. */
export interface PeriodicJob {
  start(): void;
  /** Ends the run under way and begins no more. */
  stop(): Promise<void>;
}

/** What is done, and how long is the pause before it is done again. */
export interface Work {
  readonly name: string;
  readonly pauseSeconds: number;
  /** Long runs look at the signal now and then. */
  readonly run: (stopping: AbortSignal) => Promise<void>;
}

/** Runs the work at the start and after each pause, one run at a time; one that fails is logged and done again. */
export function createPeriodicJob(work: Work, log: Logger): PeriodicJob {
  const stopping = new AbortController();
  let timer: ReturnType<typeof setTimeout> | null = null;
  let running = Promise.resolve();

  async function runOnce(): Promise<void> {
    try {
      await work.run(stopping.signal);
    } catch (error) {
      const passes = stopping.signal.aborted || isOutage(error);
      log[passes ? "debug" : "error"]({ work: work.name, ...describeError(error) }, "work failed");
    }
    if (!stopping.signal.aborted) timer = setTimeout(run, work.pauseSeconds * 1000);
  }

  function run(): void {
    running = runOnce();
  }

  return {
    start: run,
    async stop() {
      stopping.abort();
      if (timer) clearTimeout(timer);
      await running;
    },
  };
}

/** The database being away is told by /health, and passes. A statement that is too slow each time (57014) does neither. */
function isOutage(error: unknown): boolean {
  if (findDatabaseFault(error)?.sqlState === "57014") return false;
  return isUnavailable(error) || findAppError(error)?.code === "UNAVAILABLE";
}
