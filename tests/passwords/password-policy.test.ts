import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isCommonPassword } from "../../src/features/passwords/blocklist.ts";
import { englishFaultTexts, passwordFaultText } from "../../src/features/passwords/index.ts";
import {
  type CharacterClass,
  findPasswordFaults,
  normalizePassword,
  type PasswordFault,
} from "../../src/features/passwords/policy.ts";

const context = {
  serviceNames: ["Acme-Notes"],
  username: "Lovelace42",
  email: "ada.byron@example.com",
};

function faults(password: string, require: CharacterClass[] = [], minLength = 8): PasswordFault[] {
  return findPasswordFaults(password, { minLength, require: new Set(require) }, context);
}

describe("length", () => {
  // security 1
  test.each([
    ["seven letters", "zqxwvut", false],
    ["eight letters", "zqxwvutk", true],
    ["seven emoji, 28 bytes", "🦉".repeat(7), false],
    ["eight emoji", "🦉".repeat(8), true],
    ["64 emoji, 256 bytes", "🦉".repeat(64), true],
    ["256 code points", "🦉x".repeat(128), true],
    ["257 code points", `${"🦉x".repeat(128)}z`, false],
    ["a megabyte", "x".repeat(1_000_000), false],
    ["nothing", "", false],
  ])("%s", (_name, password, isFine) => {
    expect(faults(password)).toHaveLength(isFine ? 0 : 1);
  });

  test("is counted after normalisation", () => {
    // Seven letters, each with a combining accent, are seven characters.
    expect(faults("e\u0301a\u0301o\u0301e\u0301a\u0301o\u0301e\u0301")).toEqual([
      { code: "too_short", length: 8 },
    ]);
    // One character that stands for 18.
    expect(faults("\ufdfa".repeat(15))).toEqual([{ code: "too_long", length: 256 }]);
  });

  test("follows the operator's minimum", () => {
    expect(faults("zqxwvutkzqxwvu", [], 15)).toEqual([{ code: "too_short", length: 15 }]);
    expect(faults("zqxw", [], 4)).toEqual([]);
  });
});

// security 3
test.each([
  "ab\u0000ab-long-enough",
  "\u0000",
  "line\nbreak-long",
  "tab\tlong-enough",
  "escape\u001b[0mlong",
  "delete\u007f-long",
  "next\u0085line-long",
  "\ud800-long-enough",
  "long-enough-\udc00",
  "\udc00\ud800-swapped",
])("control characters and lone surrogates are rejected: %j", (password) => {
  expect(faults(password)).toHaveLength(1);
});

// security 4
test("a password is the same in another Unicode normalisation, and nothing else is", () => {
  expect(normalizePassword("Cafe\u0301-\ufb01nesse")).toBe(normalizePassword("Caf\u00e9-finesse"));
  expect(normalizePassword(" Spaces stay ")).toBe(" Spaces stay ");
  expect(normalizePassword("CASE")).not.toBe(normalizePassword("case"));
});

describe("required kinds of characters", () => {
  const all: CharacterClass[] = ["upper", "lower", "digit", "symbol"];

  test.each([
    ["zqxwvutk1!", ["missing_upper"]],
    ["ZQXWVUTK1!", ["missing_lower"]],
    ["Zqxwvutkp!", ["missing_digit"]],
    ["Zqxwvutk12", ["missing_symbol"]],
    ["Zqxwvutk1!", []],
    ["Zqxwvutk 1", []],
    ["Éàüöñçß٣🦉", []],
  ])("%s", (password, expected) => {
    expect<string[]>(faults(password, all).map(({ code }) => code)).toEqual(expected);
  });

  test("all faults are returned at once, and only those of required kinds", () => {
    expect(faults("zqx", all)).toHaveLength(4);
    expect(faults("zqxwvutk", ["lower"])).toEqual([]);
    expect(faults("zqxwvutk", ["digit"])).toHaveLength(1);
  });
});

describe("common passwords and words of the context", () => {
  // security 5
  test.each([
    "password123",
    "Password123",
    "PASSWORD123",
    "ｐａｓｓｗｏｒｄ１２３",
    "iloveyou",
    "1qaz2wsx",
    "qwertyuiop",
    "!qaz2wsx",
    "gatehouse",
    "GateHouse",
    "Gatehouse1!",
    "123!gatehouse!123",
    "acme-notes",
    "Acme-Notes2026!",
    "lovelace42",
    "Lovelace42!",
    "***LOVELACE42***",
    "ada.byron",
    "Ada.Byron99!",
    "ada.byron@example.com",
    "ADA.BYRON@EXAMPLE.COM!",
  ])("%s is refused", (password) => {
    expect(faults(password)).toHaveLength(1);
  });

  test.each([
    "SecurePassword123!",
    "password123 and more",
    "Gatehouse keeper 7",
    "my-gatehouse-key",
    "adabyron",
    "Lovelace43x",
    "correct horse battery staple",
  ])("%s is accepted", (password) => {
    expect(faults(password)).toEqual([]);
  });

  test("words of fewer than four characters are ignored", () => {
    const short = { serviceNames: ["abc"], username: "joe", email: "al@b.c" };
    const rules = { minLength: 1, require: new Set<CharacterClass>() };
    for (const password of ["abc", "joe!", "al"])
      expect(findPasswordFaults(password, rules, short)).toEqual([]);
    expect(findPasswordFaults("al@b.c", rules, short)).toHaveLength(1);
  });

  test("a user without a username can have any other word", () => {
    const rules = { minLength: 8, require: new Set<CharacterClass>() };
    expect(findPasswordFaults("Lovelace42!", rules, { ...context, username: null })).toEqual([]);
  });
});

describe("the blocklist", () => {
  // security 5
  test("has at least 3,000 passwords and finds every one of them", async () => {
    const list = new URL("../../dist/assets/password-blocklist.txt", import.meta.url);
    const words = (await Bun.file(list).text()).split("\n");

    expect(words.length).toBeGreaterThan(3_000);
    expect(words.filter((word) => [...word].length < 8 || word !== word.toLowerCase())).toEqual([]);
    expect(words.filter((word) => !isCommonPassword(word))).toEqual([]);
    expect(words.filter((word) => !isCommonPassword(word.toUpperCase()))).toEqual([]);
  });

  test("finds nothing else", async () => {
    const list = new URL("../../dist/assets/password-blocklist.txt", import.meta.url);
    const words = new Set((await Bun.file(list).text()).split("\n"));
    const [first = "", second = ""] = words;

    for (const other of [
      "",
      "\n",
      "passwor",
      `${first}\n${second}`,
      "\u0000",
      "~~~~~~~~~",
      "\u{10ffff}",
    ]) {
      expect(isCommonPassword(other)).toBe(false);
    }
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.constantFrom(...words), (noise, word) => {
        for (const candidate of [noise, noise + word, word + noise]) {
          if (isCommonPassword(candidate) !== words.has(candidate.toLowerCase())) return false;
        }
        return true;
      }),
    );
  });
});

test("a fault never repeats the password", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 5, maxLength: 400 }), (noise) => {
      const password = `§${noise}`;
      return faults(password, ["upper", "lower", "digit", "symbol"], 300).every(
        (fault) => !passwordFaultText(englishFaultTexts, fault).includes(password),
      );
    }),
  );
});
