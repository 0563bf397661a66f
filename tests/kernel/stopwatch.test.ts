import { afterEach, expect, setSystemTime, test } from "bun:test";

import { startStopwatch } from "../../src/kernel/clock.ts";

afterEach(() => {
  setSystemTime();
});

test("counts the time that passes", async () => {
  const passed = startStopwatch();
  expect(passed()).toBeWithin(0, 10);
  await Bun.sleep(30);
  expect(passed()).toBeWithin(28, 1000);
});

// Bad day: the virtual machine was suspended, and its monotonic clock with it.
test("counts also what only the wall clock saw pass", () => {
  const passed = startStopwatch();
  setSystemTime(Date.now() + 3_600_000);
  expect(passed()).toBeWithin(3_599_000, 3_601_000);
});

// Bad day: an operator, or NTP, sets the clock back.
test("never counts less because the wall clock was set back", async () => {
  const passed = startStopwatch();
  setSystemTime(Date.now() - 3_600_000);
  await Bun.sleep(30);
  expect(passed()).toBeWithin(28, 1000);
});
