import { expect, test } from "bun:test";

import { featureTiers } from "./rules/rings.ts";

test("docs/development.md has the tiers of the features that the rules have", async () => {
  const page = await Bun.file(new URL("../../docs/development.md", import.meta.url)).text();
  const [, list = ""] = page.split("Features are in tiers")[1]?.split("```\n") ?? [];
  const documented = list.split("\n").flatMap((line) => {
    const [, tier, names = ""] = /^(\d+) (.+?)(?: {2,}|$)/.exec(line) ?? [];
    return names === "" ? [] : names.split(" · ").map((name) => [name, Number(tier)] as const);
  });
  expect(Object.fromEntries(documented)).toEqual(featureTiers);
  expect(documented).toHaveLength(Object.keys(featureTiers).length);
});
