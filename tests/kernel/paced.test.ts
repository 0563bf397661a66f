import { expect, test } from "bun:test";

import { paced } from "../../src/kernel/paced.ts";

test("every call gets a run that began after the call, and runs do not overlap and keep their distance", async () => {
  const began: number[] = [];
  let running = 0;
  let most = 0;
  const run = paced(async () => {
    began.push(performance.now());
    running += 1;
    most = Math.max(most, running);
    await Bun.sleep(5);
    running -= 1;
  }, 30);

  const calls = Array.from({ length: 60 }, async (_, index) => {
    await Bun.sleep(index * 2);
    const calledAt = performance.now();
    await run();
    expect(began.some((at) => at >= calledAt)).toBe(true);
  });
  await Promise.all(calls);

  expect(most).toBe(1);
  const pauses = began.slice(1).map((at, index) => at - (began[index] ?? 0));
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(25);
});

test("the first run begins at once, and a failed run does not stop later ones", async () => {
  let runs = 0;
  const run = paced(async () => {
    runs += 1;
    if (runs === 1) throw new Error("the first fails");
  }, 10);
  const first = [run(), run()];
  expect(await Promise.allSettled(first)).toMatchObject([
    { status: "rejected" },
    { status: "rejected" },
  ]);
  await run();
  expect(runs).toBe(2);
});
