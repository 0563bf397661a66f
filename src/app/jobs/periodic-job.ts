import { findAppError } from "../../kernel/errors.ts";
import { describeError, findDatabaseFault, isUnavailable } from "../../platform/db/errors.ts";
import type { Logger } from "../../platform/log/port.ts";

/** A job that runs repeatedly on a replica. */
export interface PeriodicJob {
  start(): void;
  /** Runs the job within `wokenSeconds`, without waiting for the end of the pause. */
  wake(): void;
  /** Stops the job, and waits for the current run to end. */
  stop(): Promise<void>;
}

/** The work of a job, and the pause between its runs. */
export interface Job {
  readonly name: string;
  readonly pauseSeconds: number;
  /** The pause after which a job runs that was woken: of many calls it makes one run. Default: `pauseSeconds`. */
  readonly wokenSeconds?: number;
  /** One run. Long runs check the signal and stop early when it is aborted. */
  readonly run: (stopping: AbortSignal) => Promise<void>;
}

/** Runs the job at the start and after each pause, one run at a time. A failed run is logged, and the next one follows. */
export function createPeriodicJob(job: Job, log: Logger): PeriodicJob {
  const stopping = new AbortController();
  const wokenSeconds = job.wokenSeconds ?? job.pauseSeconds;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let running = Promise.resolve();
  let isWoken = false;

  async function runOnce(): Promise<void> {
    isWoken = false;
    try {
      await job.run(stopping.signal);
    } catch (error) {
      const isExpected = stopping.signal.aborted || isOutage(error);
      log[isExpected ? "debug" : "error"]({ job: job.name, ...describeError(error) }, "job failed");
    }
    runWithin(isWoken ? wokenSeconds : job.pauseSeconds);
  }

  function runWithin(seconds: number): void {
    if (!stopping.signal.aborted) timer = setTimeout(run, seconds * 1000);
  }

  function run(): void {
    timer = null;
    running = runOnce();
  }

  return {
    start: run,
    wake() {
      // A run in progress may have read before what is to be done now was there: another one follows it.
      if (isWoken) return;
      isWoken = true;
      if (!timer) return;
      clearTimeout(timer);
      runWithin(wokenSeconds);
    },
    async stop() {
      stopping.abort();
      if (timer) clearTimeout(timer);
      await running;
    },
  };
}

/** An unreachable database is reported by /health. A statement timeout (57014) is not an outage: the statement may always be too slow. */
function isOutage(error: unknown): boolean {
  if (findDatabaseFault(error)?.sqlState === "57014") return false;
  return isUnavailable(error) || findAppError(error)?.code === "UNAVAILABLE";
}
