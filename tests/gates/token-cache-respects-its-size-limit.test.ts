import { expect, test } from "bun:test";
import { join } from "node:path";

const bytesOfMebibyte = 1_048_576;
/** The processes of a test run keep memory that is free again (`.ci/test.ts`). */
const { MIMALLOC_PURGE_DELAY: _kept, ...ownEnvironment } = process.env;

// The attack: accounts with the largest possible profile, each with many sessions, fill the memory.
test.each([
  // The number of tokens of a MiB in docs/configuration.md, and at most 1 KiB for each token.
  ["users with a small profile", "plain", 1000],
  ["users with every field of the profile", "talkative", 200],
  ["the same in another script", "foreign", 100],
  ["users with many different roles", "powerful", 150],
])(
  "tokens of %s take no more memory than the limit of the cache",
  async (_, kind, perMebibyte) => {
    const script = join(import.meta.dir, "../support/fill-token-cache.ts");
    const mebibytes = 64;
    const command = [process.execPath, script, kind, String(mebibytes * bytesOfMebibyte)];
    const child = Bun.spawn(command, { stdout: "pipe", stderr: "inherit", env: ownEnvironment });
    const { tokens, grownBy } = JSON.parse(await new Response(child.stdout).text());
    expect(await child.exited).toBe(0);
    expect(tokens / mebibytes).toBeGreaterThan(perMebibyte);
    expect(grownBy).toBeLessThan(1.1 * mebibytes * bytesOfMebibyte);
    expect(grownBy).toBeGreaterThan(0.5 * mebibytes * bytesOfMebibyte);
    if (kind === "plain") expect(grownBy / tokens).toBeLessThan(1024);
  },
  30_000,
);
