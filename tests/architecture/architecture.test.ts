import { describe, expect, test } from "bun:test";
import { join } from "node:path";

import { plantedEffects } from "./planted/effects.ts";
import { plantedElysia } from "./planted/elysia.ts";
import { plantedPackages } from "./planted/packages.ts";
import type { Planted } from "./planted/planted.ts";
import { plantedRings } from "./planted/rings.ts";
import { plantedStyle } from "./planted/style.ts";
import { plantedWords } from "./planted/words.ts";
import { rules } from "./rules.ts";
import { type Rule, readSourceTree, typeScriptFiles } from "./source-tree.ts";

const root = join(import.meta.dir, "../..");
const tree = await readSourceTree(root);
const planted: readonly Planted[] = [
  ...plantedRings,
  ...plantedPackages,
  ...plantedEffects,
  ...plantedElysia,
  ...plantedStyle,
  ...plantedWords,
];

function placesIn(rule: Rule, files: Planted["files"]): string[] {
  return rule.check(new Map(Object.entries(files))).map(({ path, line }) => `${path}:${line}`);
}

describe("a rule finds its planted violations, and nothing in its near misses", () => {
  test.each(rules.map((rule) => [rule.name, rule] as const))("%s", (name, rule) => {
    const own = planted.filter((one) => one.rule === name);
    const found = own.map(({ title, files }) => ({ title, at: placesIn(rule, files) }));
    expect(found).toEqual(own.map(({ title, at }) => ({ title, at: [...at] })));
    expect(own.some((one) => one.at.length > 0)).toBe(true);
    expect(own.some((one) => one.at.length === 0)).toBe(true);
  });

  test("each planted violation is for an existing rule", () => {
    const names = new Set(rules.map((rule) => rule.name));
    expect(planted.filter((one) => !names.has(one.rule))).toEqual([]);
  });
});

describe("the repository keeps every rule", () => {
  test("the files of the repository are read", () => {
    expect([...tree.keys()]).toContainEqual("package.json");
    expect(typeScriptFiles(tree).map((file) => file.path)).toContain("src/kernel/clock.ts");
  });

  test.each(rules.map((rule) => [rule.name, rule] as const))("%s", (_name, rule) => {
    const found = rule.check(tree).map(({ path, line, message }) => `${path}:${line} ${message}`);
    expect(found).toEqual([]);
  });
});

// A scanner that misses an import lets it pass every rule, so its finds are compared with those of Bun's own parser.
test("no import that Bun sees escapes the scanner", () => {
  const transpiler = new Bun.Transpiler({ loader: "ts" });
  for (const file of typeScriptFiles(tree)) {
    const seen = new Set(file.imports.map((found) => found.specifier));
    const missed = transpiler.scanImports(file.text).filter(({ path }) => !seen.has(path));
    expect({ path: file.path, missed }).toEqual({ path: file.path, missed: [] });
  }
});
