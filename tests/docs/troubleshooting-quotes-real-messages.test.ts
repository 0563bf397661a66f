import { join } from "node:path";

import { expect, test } from "bun:test";

const root = join(import.meta.dir, "../..");

/** The source with strings that continue on the next line as one. */
async function readSources(): Promise<string> {
  const paths = [...new Bun.Glob("src/**/*.ts").scanSync(root)];
  const texts = await Promise.all(paths.map((path) => Bun.file(join(root, path)).text()));
  return texts.join("\n");
}

/** What is quoted at the start of each row of a table. */
function quotedMessages(page: string): string[] {
  return [...page.matchAll(/^\| `([^`]+)`/gm)].map(([, quoted = ""]) => quoted);
}

test("each message that docs/troubleshooting.md quotes is one of the program", async () => {
  const page = await Bun.file(join(root, "docs/troubleshooting.md")).text();
  const sources = await readSources();
  const messages = quotedMessages(page);
  expect(messages.length).toBeGreaterThan(30);
  const unknown = messages.flatMap((message) =>
    message
      .split(/…|: (?=another process)/)
      .map((part) => part.replaceAll(/^[\s().:?]+|[\s().:?]+$/g, ""))
      .filter((part) => part !== "" && !isCode(part) && !sources.includes(part)),
  );
  expect(unknown).toEqual([]);
});

/** The code of the operating system in a message, which the source does not have. */
function isCode(part: string): boolean {
  return /^\(?E[A-Z]+\)?$/.test(part);
}
