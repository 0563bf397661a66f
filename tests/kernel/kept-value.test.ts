import { expect, test } from "bun:test";

import { keepValue } from "../../src/kernel/kept-value.ts";
import { failureOf } from "../support/failure-of.ts";
import { createManualClock } from "../support/outbox-scene.ts";

const times = { valueSeconds: 60, errorSeconds: 5, renewalSeconds: 30 };

/** A kept value that counts how often it is loaded. */
function createScene() {
  const clock = createManualClock();
  let loads = 0;
  let failure: Error | null = null;
  const value = keepValue(
    () => {
      loads += 1;
      return failure === null ? Promise.resolve(loads) : Promise.reject(failure);
    },
    times,
    clock,
  );
  return {
    ...value,
    clock,
    fail(error: Error | null) {
      failure = error;
    },
    loads: () => loads,
  };
}

test("a value is loaded when it is first used, and kept for its time", async () => {
  const { get, clock, loads } = createScene();
  expect(loads()).toBe(0);
  expect(await Promise.all([get(), get(), get()])).toEqual([1, 1, 1]);
  clock.advance(59);
  expect(await get()).toBe(1);
  clock.advance(1);
  expect(await get()).toBe(2);
});

test("a clock that is set back does not prolong the time", async () => {
  const { get, clock } = createScene();
  await get();
  clock.advance(-1);
  expect(await get()).toBe(2);
});

test("an error is thrown again for its shorter time", async () => {
  const { get, fail, clock, loads } = createScene();
  fail(new Error("down"));
  expect((await failureOf(get())).message).toBe("down");
  clock.advance(4);
  expect((await failureOf(get())).message).toBe("down");
  expect(loads()).toBe(1);
  fail(null);
  clock.advance(2);
  expect(await get()).toBe(2);
});

test("a renewal loads at once, and the next one after its pause", async () => {
  const { get, renew, clock } = createScene();
  await get();
  expect(await Promise.all([renew(), renew()])).toEqual([2, 2]);
  clock.advance(29);
  expect(await renew()).toBe(2);
  clock.advance(1);
  expect(await renew()).toBe(3);
  expect(await get()).toBe(3);
});

test("a renewal that fails leaves the value that is still kept", async () => {
  const { get, renew, fail } = createScene();
  await get();
  fail(new Error("down"));
  expect((await failureOf(renew())).message).toBe("down");
  fail(null);
  expect(await get()).toBe(1);
});
