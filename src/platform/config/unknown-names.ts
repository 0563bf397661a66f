import damerauLevenshtein from "damerau-levenshtein";

import { findForeignIssue } from "./foreign-names.ts";
import { providerSettingsIn } from "./providers/candidates.ts";
import { findNearestOidcSetting, isOidcSetting } from "./providers/oidc-names.ts";
import { settingsByName } from "./settings.ts";
import type { Environment } from "./read-given.ts";
import type { SettingsProblem } from "./settings-error.ts";

/** Names near HOST, PORT or APP_URL that other programs use: a shell, a database client, common words. */
const ordinaryNames = new Set([
  "HOME",
  "TEST",
  "POST",
  "COST",
  "LOST",
  "SORT",
  "MAIL",
  "PGHOST",
  "PGPORT",
  "API_URL",
  "API_URI",
  "AMQP_URL",
  "APM_URL",
  "MAP_URL",
]);

/** Names whose nearest setting by edits is not the one that is meant. */
const betterGuesses: ReadonlyMap<string, string> = new Map([
  ["OIDC_ISSUER", "OIDC_<NAME>_ISSUER"],
  ["OIDC_CLIENT_ID", "OIDC_<NAME>_CLIENT_ID"],
  ["OIDC_CLIENT_SECRET", "OIDC_<NAME>_CLIENT_SECRET"],
]);

/** Edits up to which a name is taken for a misspelt one. */
const maximumEdits = 2;

const ownNames = [...settingsByName.keys(), ...providerSettingsIn({}).keys()];
const knownNames = new Set(ownNames.flatMap((name) => [name, `${name}_FILE`]));
const knownByLength = Map.groupBy(
  [...knownNames].map((name) => ({ name, letters: lettersOf(name) })),
  ({ name }) => name.length,
);

/**
 * Finds names in the environment that are not settings but look like one: within two edits of it, or equal to it but for
 * the case of its letters. For names of four letters, such as PORT, the limit is one edit. Names that other products use for
 * one of ours are found as well. Empty values are ignored.
 */
export function findUnknownNames(environment: Environment): SettingsProblem[] {
  return givenNames(environment)
    .filter((name) => !isSettingName(name))
    .flatMap((name) => {
      const issue = findForeignIssue(name, environment);
      if (issue !== null) return [{ name, issue }];
      const meant = findGuess(name);
      return meant === null ? [] : [{ name, issue: `is not a setting; did you mean ${meant}?` }];
    });
}

/** Whether this is the name of a setting, or of its file. */
export function isSettingName(name: string): boolean {
  return knownNames.has(name) || isOidcSetting(name);
}

/** The setting that a name within two edits of it probably means, or null. */
export function findGuess(name: string): string | null {
  if (ordinaryNames.has(name)) return null;
  return betterGuesses.get(name) ?? findNearest(name) ?? findNearestOidcSetting(name);
}

function givenNames(environment: Environment): string[] {
  return Object.keys(environment)
    .filter((name) => (environment[name] ?? "") !== "")
    .toSorted();
}

function findNearest(name: string): string | null {
  let nearest: string | null = null;
  let nearestDistance = maximumEdits + 1;
  const letters = lettersOf(name);
  const [shortest, longest] = [name.length - maximumEdits, name.length + maximumEdits];
  for (let length = shortest; length <= longest; length += 1) {
    for (const { name: known, letters: knownLetters } of knownByLength.get(length) ?? []) {
      // One edit removes one letter and adds one at most, so most names need no exact count.
      if (countBits(letters ^ knownLetters) > 2 * maximumEdits) continue;
      const distance = distanceBetween(name, known);
      if (distance < nearestDistance && distance <= maximumEditsOf(known)) {
        nearest = known;
        nearestDistance = distance;
      }
    }
  }
  return nearest;
}

/** The letters of a name in either case, a bit for each; other characters share these bits. */
function lettersOf(name: string): number {
  let letters = 0;
  for (let index = 0; index < name.length; index += 1)
    letters |= 1 << (name.charCodeAt(index) & 31);
  return letters;
}

function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/**
 * The edits between two names: a character added, removed or changed, or two neighbouring characters swapped. A long name
 * that differs only in the case of its letters (`jwt_secret_key`) has distance 0.
 */
function distanceBetween(name: string, known: string): number {
  const differsInCaseOnly = name.length > 4 && name.toUpperCase() === known;
  return differsInCaseOnly ? 0 : damerauLevenshtein(name, known).steps;
}

function maximumEditsOf(known: string): number {
  return known.replace(/_FILE$/, "").length <= 4 ? 1 : maximumEdits;
}
