import { expect, test } from "bun:test";

import { createBoundedMap } from "../../src/platform/limiter/bounded-map.ts";

// Attack: a client with a network of its own sends each request from another address.
// security 114
test("of a million keys the newest are remembered, and each write makes its key the newest", () => {
  const map = createBoundedMap<number>(20_000);
  for (let number = 0; number < 1_000_000; number += 1) {
    map.set(`address ${number}`, number);
    map.set("kept", number);
  }
  const remembered = Array.from({ length: 1_000_000 }, (_, number) =>
    map.get(`address ${number}`),
  ).filter((value) => value !== undefined);
  expect(remembered).toHaveLength(19_999);
  expect(remembered[0]).toBe(980_001);
  expect(map.get("kept")).toBe(999_999);
});
