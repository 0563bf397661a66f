/** Runs jobs in the order of their arrival. The numbers of running and of waiting jobs are limited. */
export interface WorkQueue {
  /** Runs a job and returns its result. Throws the error from `refuse` when the queue is full. */
  run<T>(job: () => Promise<T>): Promise<T>;
}

/** A queue in which `concurrency` jobs run at once and `waiting` more may wait. */
export function createWorkQueue(options: {
  concurrency: number;
  waiting: number;
  refuse: () => Error;
}): WorkQueue {
  const queue: Array<() => void> = [];
  let running = 0;

  async function acquire(): Promise<void> {
    if (running < options.concurrency) {
      running += 1;
      return;
    }
    if (queue.length >= options.waiting) throw options.refuse();
    await new Promise<void>((resolve) => queue.push(resolve));
  }

  function release(): void {
    const next = queue.shift();
    if (next) next();
    else running -= 1;
  }

  return {
    async run(job) {
      await acquire();
      try {
        return await job();
      } finally {
        release();
      }
    },
  };
}
