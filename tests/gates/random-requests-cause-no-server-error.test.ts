import { expect, setDefaultTimeout, test } from "bun:test";
import { fileURLToPath } from "node:url";

import { outputOf } from "../support/child-output.ts";

setDefaultTimeout(600_000);

const program = fileURLToPath(import.meta.resolve("../../bench/fuzz.ts"));
const cases = 10_000;
/** Requests with a header that `fetch` refuses are not sent. */
const leastSent = 9500;

// http/wrong-methods-are-refused.test.ts sends every other method to every path of the document: 405 with Allow.
// security 110
test("10,000 requests made from the OpenAPI document cause no 5xx, and every response is as the document describes it", async () => {
  const child = Bun.spawn([process.execPath, program, "--cases", String(cases)], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const { exitCode, stdout, stderr } = await outputOf(child);
  // The first line has the seed: `bun run fuzz --seed` sends the same requests again.
  const [heading = "", statusLine = "", ...faults] = stdout.trimEnd().split("\n");
  expect(heading).toMatch(/^seed \d+, 10000 cases, \d+ operations$/);
  expect([heading, ...faults, stderr, exitCode]).toEqual([heading, "no fault", "", 0]);

  const statuses: Record<string, number> = JSON.parse(statusLine.replace(/^[^{]*/, ""));
  const sent = Object.values(statuses).reduce((sum, count) => sum + count, 0);
  expect(sent).toBeGreaterThan(leastSent);
  // Requests of every kind have reached what they were meant for.
  const seen = Object.keys(statuses).map(Number);
  expect(seen).toEqual(expect.arrayContaining([200, 201, 202, 400, 401, 403, 404, 405]));
  expect(Math.max(...seen)).toBeLessThan(500);
});
