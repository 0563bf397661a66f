import { expect, test } from "bun:test";

import { createMemoryTrim, thisProcess } from "../../src/app/jobs/memory-trim.ts";

/** Looks after pauses of four seconds in which so much of a core was used, and gives the looks before which memory was trimmed. */
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

test("trims once after two quiet pauses", async () => {
  expect(await looks([1.5, 0.9, 0.03, 0.03, 0.03, 0.03])).toEqual([4]);
});

test("trims again after the next load", async () => {
  expect(await looks([0.6, 0, 0, 0, 0.6, 0, 0, 0])).toEqual([3, 7]);
});

test("does not trim under load, nor between two loads that follow soon", async () => {
  expect(await looks([0.2, 0.2, 0.2, 0.2])).toEqual([]);
  expect(await looks([0.6, 0.05, 0.6, 0.05, 0.6])).toEqual([]);
});

test("does not trim without a load: neither constant background work nor the start is a load", async () => {
  expect(await looks([0.04, 0.04, 0.04, 0.04, 0.04])).toEqual([]);
});

// Code that runs again is compiled again. If that counted as load, trimming would never end.
test("trims once, also when a small load varies afterwards", async () => {
  expect(await looks([0.8, 0.05, 0.05, 0.3, 0.05, 0.05, 0.12, 0.05, 0.05, 0.4])).toEqual([3]);
});

test("the process reports its processor time, and can trim its memory", () => {
  const before = thisProcess.processorTime();
  // Would not end if work took no processor time.
  while (thisProcess.processorTime() - before < 10);
  expect(thisProcess.trim).not.toThrow();
});
