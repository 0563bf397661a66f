import { expect, test } from "bun:test";

import { deviceOf } from "../../src/features/sign-in/remember-device.ts";

const iphone = (system: string, browser: string) =>
  `Mozilla/5.0 (iPhone; CPU iPhone OS ${system} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${browser} Mobile/15E148 Safari/604.1`;
const windows = (bits: string) =>
  `Mozilla/5.0 (Windows NT 10.0; ${bits}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36`;

test.each([
  ["a browser", "Chrome/126.0.0.0", "Chrome/131.0.6778.85"],
  ["a phone", iphone("17_5", "17.5"), iphone("18_1_1", "18.1.1")],
  ["Firefox", "Gecko/20100101 rv:128.0 Firefox/128.0", "Gecko/20100101 rv:133.0 Firefox/133.0"],
  ["Android", "Mozilla/5.0 (Android 14; Mobile)", "Mozilla/5.0 (Android 15; Mobile)"],
  ["a client library", "python-requests/2.32.3", "python-requests/3.0"],
])("an update of %s is no new device", (_name, before, after) => {
  expect(before).not.toBe(after);
  expect(deviceOf(after)).toBe(deviceOf(before));
});

test.each([
  ["browsers", "Chrome/126.0.0.0 Safari/537.36", "Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0"],
  ["systems", windows("Win64; x64"), windows("WOW64")],
  ["a client and one that says nothing", "curl/8.5.0", null],
])("%s are distinguished", (_name, one, other) => {
  expect(deviceOf(one)).not.toBe(deviceOf(other));
});

test("what is stored is a digest, however long or odd the header", () => {
  for (const agent of [null, "", "9".repeat(512), "1.".repeat(256), "é\u{1f600}"]) {
    expect(deviceOf(agent)).toMatch(/^[\w-]{43}$/);
  }
});
