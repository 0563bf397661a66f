/** Runs jobs in the order of their arrival, a bounded number at a time, with a bounded number waiting. */
export interface WorkQueue {
  /** The job's result; throws what `refuse` made when the queue is full. */
  run<T>(job: () => Promise<T>): Promise<T>;
}

/** `concurrency` jobs run at once, `waiting` more may stand in line. */
export function createWorkQueue(options: {
  concurrency: number;
  waiting: number;
  refuse: () => Error;
}): WorkQueue {
  const line: Array<() => void> = [];
  let running = 0;

  async function place(): Promise<void> {
    if (running < options.concurrency) {
      running += 1;
      return;
    }
    if (line.length >= options.waiting) throw options.refuse();
    await new Promise<void>((resolve) => line.push(resolve));
  }

  function leave(): void {
    const next = line.shift();
    if (next) next();
    else running -= 1;
  }

  return {
    async run(job) {
      await place();
      try {
        return await job();
      } finally {
        leave();
      }
    },
  };
}
