import { createWorkQueue } from "../work-queue.ts";

/** As many comparisons as may each take `mostBytes` of memory at once: a gigabyte, however many processors there are. */
const queue = createWorkQueue({
  concurrency: 4,
  // Those who come here have a place in the hasher's line already, which is bounded.
  waiting: Number.POSITIVE_INFINITY,
  refuse: () => new Error("an endless line is never full"),
});

/** Does a job that needs much memory when there is room for it. */
export function inMemoryLine<T>(job: () => Promise<T>): Promise<T> {
  return queue.run(job);
}
