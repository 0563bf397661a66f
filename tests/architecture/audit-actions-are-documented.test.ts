import { expect, test } from "bun:test";

const read = (path: string) => Bun.file(path).text();

test("docs/audit.md names every action, and no other", async () => {
  const declared = (await read("src/features/audit/actions.ts")).matchAll(/\| "([^"]+)"/g);
  const [, section = ""] = (await read("docs/audit.md")).split("\n## The actions\n");
  const [table = ""] = section.split("\n## ");
  const named = table.matchAll(/`([a-z_]+\.[a-z_]+)`/g);
  const names = (matches: Iterable<RegExpMatchArray>): string[] =>
    [...matches].map(([, name = ""]) => name);
  expect(names(named).toSorted()).toEqual(names(declared).toSorted());
});
