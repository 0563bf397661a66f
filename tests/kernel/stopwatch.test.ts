import { afterEach, expect, mock, setSystemTime, spyOn, test } from "bun:test";

import { startStopwatch } from "../../src/kernel/clock.ts";

const hourMs = 3_600_000;
const startedAt = new Date("2026-01-01T00:00:00.000Z");
let monotonicMs = 0;

/** A stopwatch at the start of both clocks, which stand still from here on. */
function startAtStandstill(): () => number {
  monotonicMs = 0;
  spyOn(performance, "now").mockImplementation(() => monotonicMs);
  setSystemTime(startedAt);
  return startStopwatch();
}

afterEach(() => {
  mock.restore();
  setSystemTime();
});

test("counts the time that passes", () => {
  const passed = startAtStandstill();
  expect(passed()).toBe(0);
  monotonicMs = 30;
  expect(passed()).toBe(30);
});

// Bad day: the virtual machine was suspended, and its monotonic clock with it.
test("counts also the time that passes on the wall clock alone", () => {
  const passed = startAtStandstill();
  setSystemTime(startedAt.getTime() + hourMs);
  expect(passed()).toBe(hourMs);
});

// Bad day: an operator, or NTP, sets the clock back.
test("never counts less because the wall clock was set back", () => {
  const passed = startAtStandstill();
  setSystemTime(startedAt.getTime() - hourMs);
  monotonicMs = 30;
  expect(passed()).toBe(30);
});
