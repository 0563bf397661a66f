import { beforeAll, describe, expect, test } from "bun:test";

import { useTestApp } from "../support/test-app.ts";

const kilobyte = 1024;

/** JSON that is small to send and expensive to parse; `size` is its length in bytes, about. */
const costly: readonly (readonly [string, (size: number) => string])[] = [
  ["arrays in arrays", (size) => `{"token":${"[".repeat(size / 2)}${"]".repeat(size / 2)}}`],
  ["objects in objects", (size) => `{"token":${'{"a":'.repeat(size / 6)}1${"}".repeat(size / 6)}}`],
  ["arrays never closed", (size) => "[".repeat(size)],
  ["many keys", (size) => `{${keys(size / 8)}}`],
  ["many equal keys", (size) => `{${'"a":1,'.repeat(size / 6)}"a":1}`],
  ["a long number", (size) => `{"token":${"9".repeat(size)}}`],
  ["a long fraction", (size) => `{"token":0.${"1".repeat(size)}}`],
  ["a large exponent", (size) => `{"token":1e${"9".repeat(size)}}`],
  ["a long string", (size) => `{"token":"${"x".repeat(size)}"}`],
  ["a long string of escapes", (size) => `{"token":"${"\\u0041".repeat(size / 6)}"}`],
  ["a long key", (size) => `{"${"k".repeat(size)}":1}`],
  ["many elements", (size) => `{"token":[${"1,".repeat(size / 2)}1]}`],
  ["white space", (size) => `${" ".repeat(size)}{}`],
];

function keys(count: number): string {
  return Array.from({ length: count }, (_, index) => `"${index.toString(36)}":1`).join(",");
}

describe("JSON that is small to send and expensive to parse", () => {
  // A larger limit, so that only the parser bounds the cost.
  const app = useTestApp({ settings: { BODY_LIMIT: "4MiB" } });

  beforeAll(async () => {
    await send("{}");
  });

  function send(body: string) {
    return app.call("POST", "/api/v1/auth/validate-token", {
      body,
      headers: { "content-type": "application/json" },
    });
  }

  // At the usual limit, and at depth 100,000, 300,000 keys and a number of 1 MB where an operator has raised it.
  // security 102
  test.each(costly)("%s gets a 4xx response of less than 1 KB", async (_name, textOf) => {
    for (const size of [60 * kilobyte, 2_400_000]) {
      // A parser whose time grows with the square of the size takes minutes, and this test its time limit.
      const answer = await send(textOf(size));
      expect([size, answer.status >= 400, answer.status < 500]).toEqual([size, true, true]);
      expect(answer.text.length).toBeLessThan(kilobyte);
    }
  });

  test("depth and members are bounded well above what any route takes", async () => {
    const deep = (depth: number) => `{"token":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;
    const wide = (members: number) => `{"token":[${"1,".repeat(members - 1)}1]}`;
    const issues = await Promise.all(
      [deep(32), deep(33), wide(1001), wide(1002)].map(async (body) => {
        const { details } = (await send(body)).json.error;
        return details.issue;
      }),
    );
    expect(issues).toEqual([
      "Must be a string.",
      "The body is nested too deeply.",
      "Must be a string.",
      "The body has too many members.",
    ]);
  });
});
