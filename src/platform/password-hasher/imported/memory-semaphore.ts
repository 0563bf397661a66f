/** The number of comparisons at once that may each use `mostBytes` of memory: a gigabyte in all, however many processors there are. */
const permits = 4;

const waiting: Array<() => void> = [];
let running = 0;

/** Runs a job that needs much memory, as soon as few enough others run. The hasher's queues limit how many wait here. */
export async function withMemoryPermit<T>(job: () => Promise<T>): Promise<T> {
  if (running < permits) running += 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await job();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}
