import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { formatDurationSeconds, parseDurationSeconds } from "../../src/kernel/duration.ts";

describe("durations", () => {
  test.each([
    ["0s", 0],
    ["30s", 30],
    ["15m", 900],
    ["24h", 86_400],
    ["7d", 604_800],
    ["90s", 90],
  ])("%s is %d seconds", (text, seconds) => {
    expect(parseDurationSeconds(text)).toBe(seconds);
  });

  // security 125
  test.each([
    "",
    " ",
    "15",
    "abc",
    "-1s",
    "+1s",
    "1.5h",
    "1e3s",
    "1h30m",
    "15 m",
    " 15m",
    "15m ",
    "15m\n",
    "015m",
    "15M",
    "15ms",
    "15min",
    "m",
    "0x10s",
    "١٥m",
    "1_000s",
    "9007199254740992s",
    "999999999999999999999d",
  ])("%p is refused", (text) => {
    expect(parseDurationSeconds(text)).toBeNull();
  });

  test("a formatted duration is parsed back to the same seconds", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (seconds) => {
        expect(parseDurationSeconds(formatDurationSeconds(seconds))).toBe(seconds);
      }),
    );
  });

  test("the largest unit that fits exactly is taken, days only from a week on, as in the documentation", () => {
    expect(
      [0, 1, 60, 90, 3_600, 5_400, 86_400, 259_200, 604_800].map(formatDurationSeconds),
    ).toEqual(["0s", "1s", "1m", "90s", "1h", "90m", "24h", "72h", "7d"]);
  });

  test("only a number and a unit are accepted", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9.smhd +-]{0,6}$/)), (text) => {
        expect(parseDurationSeconds(text) !== null).toBe(/^(?:0|[1-9][0-9]*)[smhd]$/.test(text));
      }),
    );
  });

  test("a fraction of a second cannot be formatted", () => {
    expect(() => formatDurationSeconds(0.5)).toThrow(RangeError);
  });
});
