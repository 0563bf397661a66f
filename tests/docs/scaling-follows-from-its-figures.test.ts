import { expect, test } from "bun:test";

import { scalingDocument, withComputedTable } from "../../bench/scaling-model.ts";

const document = await Bun.file(scalingDocument).text();

test("the last table of docs/scaling.md is computed from the figures of the others", () => {
  expect(withComputedTable(document)).toBe(document);
});

test("ten times the users need ten times the sign-ins, and more processors for hashing", () => {
  const rowOf = (name: string) =>
    new RegExp(`^\\| ${name} \\| (.*) \\|$`, "m")
      .exec(document)?.[1]
      ?.split(" | ")
      .map((cell) => Number(cell.replaceAll(",", "")));
  const [one = 0, ten = 0, hundred = 0] = rowOf("sign-ins a second") ?? [];
  expect([Math.round(ten / one), Math.round(hundred / ten)]).toEqual([10, 10]);
  const [few = 0, , many = 0] = rowOf("processors for hashing") ?? [];
  expect(many).toBeGreaterThan(50 * few);
});

test("a missing figure is named", () => {
  const without = document.replace(/^\| a session \|.*\n/m, "");
  expect(() => withComputedTable(without)).toThrow("a session (bytes)");
});
