import { expect, test } from "bun:test";

import { createMemoryTrim, thisProcess } from "../../src/app/jobs/memory-trim.ts";

/** Looks after pauses of four seconds in which so much of a core was used, and tells before which looks memory went back. */
async function looks(shares: readonly number[]): Promise<number[]> {
  let time = 0;
  let processorTime = 900;
  let look = 0;
  const shrunkAt: number[] = [];
  const work = createMemoryTrim({
    time: () => time,
    processorTime: () => processorTime,
    trim: () => void shrunkAt.push(look),
  });
  await work.run(new AbortController().signal);
  for (const share of shares) {
    look += 1;
    time += work.pauseSeconds * 1000;
    processorTime += share * work.pauseSeconds * 1000;
    await work.run(new AbortController().signal);
  }
  return shrunkAt;
}

test("once, when it has been quiet for two pauses after work", async () => {
  expect(await looks([1.5, 0.9, 0.03, 0.03, 0.03, 0.03])).toEqual([4]);
});

test("again after the next work", async () => {
  expect(await looks([0.6, 0, 0, 0, 0.6, 0, 0, 0])).toEqual([3, 7]);
});

test("never under a load, nor between two that follow soon", async () => {
  expect(await looks([0.2, 0.2, 0.2, 0.2])).toEqual([]);
  expect(await looks([0.6, 0.05, 0.6, 0.05, 0.6])).toEqual([]);
});

test("never where there was none: what is done for ever is no load, and the start of the program neither", async () => {
  expect(await looks([0.04, 0.04, 0.04, 0.04, 0.04])).toEqual([]);
});

// What is called again is compiled again; were that work as well, it would go on for ever.
test("once, however a small load goes up and down afterwards", async () => {
  expect(await looks([0.8, 0.05, 0.05, 0.3, 0.05, 0.05, 0.12, 0.05, 0.05, 0.4])).toEqual([3]);
});

test("and the process itself tells its milliseconds, and can shrink", () => {
  const before = { time: thisProcess.time(), processorTime: thisProcess.processorTime() };
  while (thisProcess.time() - before.time < 60);
  const used = thisProcess.processorTime() - before.processorTime;
  // Another test may have the core for a while; and this one's process more than one.
  expect(used).toBeGreaterThan(5);
  expect(used).toBeLessThan(2000);
  expect(thisProcess.trim).not.toThrow();
});
