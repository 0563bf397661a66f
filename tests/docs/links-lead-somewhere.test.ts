import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

import { expect, test } from "bun:test";

const root = join(import.meta.dir, "../..");
const documents = [
  "README.md",
  ...new Bun.Glob("docs/**/*.md").scanSync(root),
  ...new Bun.Glob("examples/**/*.md").scanSync(root),
];

/** The anchors of a document's headings, as GitHub and other renderers form them. */
async function anchorsOf(path: string): Promise<Set<string>> {
  const text = (await Bun.file(join(root, path)).text()).replaceAll(/^```[^]*?^```/gm, "");
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
  return new Set(headings);
}

test.each(documents)("every link of %s leads to a file and a heading that exist", async (path) => {
  const text = (await Bun.file(join(root, path)).text()).replaceAll(/^```[^]*?^```/gm, "");
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
  const dangling: string[] = [];
  for (const target of targets) {
    const [file = "", anchor] = target.split("#");
    const named = file === "" ? path : normalize(join(dirname(path), file));
    if (!existsSync(join(root, named))) dangling.push(target);
    else if (anchor !== undefined && !(await anchorsOf(named)).has(anchor)) dangling.push(target);
  }
  expect(dangling).toEqual([]);
});
