import { expect, test } from "bun:test";
import { join } from "node:path";

import { tokenCacheBytes } from "../../src/features/access/token-cache-memory.ts";

// The attack: accounts with as much of a profile as can be, each with many sessions, to fill the memory.
test.each([
  ["users of whom there is little to remember", "plain", 2500],
  ["users with all that a profile holds", "talkative", 500],
  ["the same in another script", "foreign", 500],
  ["users with many roles", "powerful", 500],
])("tokens of %s, answered in every way, take what they may", async (_, kind, atLeast) => {
  const script = join(import.meta.dir, "../support/fill-known-tokens.ts");
  const child = Bun.spawn([process.execPath, script, kind], { stdout: "pipe", stderr: "inherit" });
  const { tokens, grownBy } = JSON.parse(await new Response(child.stdout).text());
  expect(await child.exited).toBe(0);
  expect(tokens).toBeGreaterThan(atLeast);
  expect(grownBy).toBeLessThan(1.1 * tokenCacheBytes);
  expect(grownBy).toBeGreaterThan(0.25 * tokenCacheBytes);
});
