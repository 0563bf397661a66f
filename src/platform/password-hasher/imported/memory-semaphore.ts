import { createWorkQueue } from "../work-queue.ts";

/** Limits the comparisons that may each use `mostBytes` of memory: a gigabyte in all, however many processors there are. */
const queue = createWorkQueue({
  concurrency: 4,
  // The hasher's own queue limits how many wait here.
  waiting: Number.POSITIVE_INFINITY,
  refuse: () => new Error("the queue has no limit"),
});

/** Runs a job that needs much memory, as soon as few enough others run. */
export function withMemoryPermit<T>(job: () => Promise<T>): Promise<T> {
  return queue.run(job);
}
