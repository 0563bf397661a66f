import type { Rule, SourceTree, Violation } from "../source-tree.ts";

/**
 * Words and phrases that are not written, with what is written instead. Each is matched as whole words, whatever the case, also
 * inside identifiers and file names (`herRoles`, `short-way.ts`) and over a line break. Words that also have a plain use
 * (answer, caller, given, stated, refusal, shrink, text) are left to review.
 */
const wordList: Readonly<Record<string, readonly string[]>> = {
  "the user, or they": ["she", "he", "her", "hers", "his", "him", "herself", "himself"],
  "no one, or no user": ["nobody"],
  "someone, or another user": ["somebody", "anybody"],
  "the user who, or anyone who": ["whoever"],
  "forever, or without limit": ["for ever"],
  "edge, gate or router": ["door", "doors", "long way", "long ways"],
  "hot route": ["short way", "short ways"],
  "client address": ["address book"],
  "look up": ["recall", "recalls", "recalled", "recalling"],
  "token cache": ["known tokens"],
  "prepared query": ["hot statement", "hot statements"],
  "coalesced query": ["batched statement", "batched statements"],
  multimap: ["index of sets"],
  semaphore: ["memory line"],
  "delete, or retention job": ["sweep", "sweeps", "sweeper", "sweeping", "swept"],
  "maintain, or rotation job": ["tend", "tends", "tended", "tending"],
  "email challenge": ["mail challenge", "mail challenges"],
  owner: ["holder", "holders"],
  "verify, validate or introspect": ["judge", "judges", "judged", "judging"],
  administer: ["govern", "governs", "governed", "governing"],
  action: ["deed", "deeds"],
  "time, or timestamp": ["moment", "moments"],
  active: ["living"],
  register: ["make an account"],
};

/**
 * The list itself, what is planted for it, the figures of the last measurement, which are no part of the repository, and
 * tests that name the Unix user `nobody`.
 */
const exempt = new Set([
  "bench/results.json",
  "tests/architecture/planted/words.ts",
  "tests/architecture/rules/words.ts",
  "tests/platform/embedded-postgres-set-up.test.ts",
  "tests/support/postgres-programs.ts",
]);

/** The words that are not written. Applied migrations are not read: their text never changes. */
export const wordRules: readonly Rule[] = [{ name: "plain words", check: checkWords }];

interface Phrase {
  readonly words: readonly string[];
  readonly message: string;
}

const phrasesByFirstWord = Map.groupBy(
  Object.entries(wordList).flatMap(([instead, phrases]) =>
    phrases.map((phrase): Phrase => ({
      words: phrase.split(" "),
      message: `"${phrase}" is not a word of this repository: write ${instead}.`,
    })),
  ),
  ({ words }) => words[0],
);

function checkWords(tree: SourceTree): Violation[] {
  return [...tree]
    .filter(([path]) => !exempt.has(path))
    .flatMap(([path, text]) => [
      ...findPhrases(path).map(({ message }) => ({ path, line: 1, message })),
      ...findPhrases(text).map(({ offset, message }) => ({
        path,
        line: text.slice(0, offset).split("\n").length,
        message,
      })),
    ]);
}

interface Word {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

/** What may be between the words of a phrase: spaces, hyphens, and the signs that begin a line of a comment; not the `_` of SQL names. */
const gap = /^[\s*#/>-]*$/;

function findPhrases(text: string): { offset: number; message: string }[] {
  const words = wordsIn(text);
  return words.flatMap(({ word, start }, index) =>
    (phrasesByFirstWord.get(word) ?? [])
      .filter((phrase) => standsAt(phrase, text, words, index))
      .map(({ message }) => ({ offset: start, message })),
  );
}

function standsAt(phrase: Phrase, text: string, words: readonly Word[], index: number): boolean {
  return phrase.words.every((expected, place) => {
    const found = words[index + place];
    const before = words[index + place - 1];
    if (found?.word !== expected) return false;
    return place === 0 || !before || gap.test(text.slice(before.end, found.start));
  });
}

const longestIdentifier = 40;

/** The words of a text, in lower case. Identifiers are split at their capitals; what holds a digit or is too long is a key. */
function wordsIn(text: string): Word[] {
  return [...text.matchAll(/[a-z\d]+/gi)].flatMap(({ 0: run, index }) => {
    const isKey = /\d/.test(run) || run.length > longestIdentifier;
    const parts = isKey ? [] : [...run.matchAll(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g)];
    return parts.map((part) => ({
      word: part[0].toLowerCase(),
      start: index + part.index,
      end: index + part.index + part[0].length,
    }));
  });
}
