import { AppError } from "../../kernel/errors.ts";
import { createFairQueue, type JobOwner } from "./fair-queue.ts";
import type { Admission, LaneLoad } from "./port.ts";

/** Runs jobs, a limited number at once. The others wait in a queue that is fair by source and account. */
export interface Lane {
  /** Throws `OVERLOADED` if a job would have no place now. */
  assertPlace(owner: JobOwner): void;
  /**
   * Runs a job and returns its result. Throws `OVERLOADED` when it has no place in the queue or is displaced, and
   * `VALIDATION_ERROR` when the client closes its connection before the job starts. A job that runs is finished.
   */
  run<T>(admission: Admission, job: () => Promise<T>): Promise<T>;
  load(): LaneLoad;
}

interface WaitingJob extends JobOwner {
  readonly start: () => void;
  readonly refuse: (error: Error) => void;
}

/** A lane in which `concurrency` jobs run at once and `waiting` more may wait. */
export function createLane(options: { concurrency: number; waiting: number }): Lane {
  const queue = createFairQueue<WaitingJob>(options.waiting);
  let running = 0;
  let waiting = 0;
  let refused = 0;

  async function acquire({ source, account, signal }: Admission): Promise<void> {
    if (signal?.aborted === true) throw connectionClosed();
    if (running < options.concurrency) {
      running += 1;
      return;
    }
    const { promise, resolve: start, reject: refuse } = Promise.withResolvers<void>();
    const job: WaitingJob = { source, account, start, refuse };
    const drop = (): void => {
      if (queue.remove(job)) refuse(connectionClosed());
    };
    signal?.addEventListener("abort", drop);
    queue.add(job)?.refuse(overloaded());
    waiting += 1;
    try {
      await promise;
    } finally {
      waiting -= 1;
      signal?.removeEventListener("abort", drop);
    }
  }

  function release(): void {
    const next = queue.take();
    if (next) next.start();
    else running -= 1;
  }

  function overloaded(): AppError {
    refused += 1;
    return new AppError("OVERLOADED", "Too many sign-ins at once. Please try again shortly.", {
      retryAfterSeconds: 5,
    });
  }

  return {
    load: () => ({ running, waiting, refused }),
    assertPlace(owner) {
      const hasPlace = running < options.concurrency || queue.hasPlaceFor(owner);
      if (!hasPlace) throw overloaded();
    },
    async run(admission, job) {
      await acquire(admission);
      try {
        return await job();
      } finally {
        release();
      }
    },
  };
}

/** No client receives it. The access log has it. */
function connectionClosed(): AppError {
  return new AppError("VALIDATION_ERROR", "The connection was closed.");
}
