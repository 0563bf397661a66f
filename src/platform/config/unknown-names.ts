import { editDistance } from "../../kernel/edit-distance.ts";
import { settingsByName } from "./definitions.ts";
import { laterSettingNames } from "./later-settings.ts";
import type { Environment } from "./read-given.ts";
import type { SettingsProblem } from "./settings-error.ts";

/** Names close to HOST or PORT that other programs use: a shell, a database client, a word of everyday. */
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
]);

/** Where the name that people try first is nearer to another setting than to the one they mean. */
const betterGuesses: ReadonlyMap<string, string> = new Map([["SMTP_HOST", "SMTP_SERVER"]]);

const ownNames = [...settingsByName.keys(), ...laterSettingNames];
const knownNames = new Set(ownNames.flatMap((name) => [name, `${name}_FILE`]));
const knownByLength = Map.groupBy(knownNames, (name) => name.length);

/**
 * Names in the environment that are not settings and look like one: within two edits of it, or the same in other
 * letters. For names as short as PORT only one edit counts. Unset and empty ones are passed over.
 */
export function findUnknownNames(environment: Environment): SettingsProblem[] {
  return givenNames(environment)
    .filter((name) => !knownNames.has(name) && !ordinaryNames.has(name))
    .flatMap((name) => {
      const meant = betterGuesses.get(name) ?? findNearest(name);
      return meant === null ? [] : [{ name, issue: `is not a setting; did you mean ${meant}?` }];
    });
}

/** The names that are given and reserved for a later version. */
export function findLaterNames(environment: Environment): string[] {
  const reserved = new Set(laterSettingNames.flatMap((name) => [name, `${name}_FILE`]));
  return givenNames(environment).filter((name) => reserved.has(name));
}

function givenNames(environment: Environment): string[] {
  return Object.keys(environment)
    .filter((name) => (environment[name] ?? "") !== "")
    .toSorted();
}

function findNearest(name: string): string | null {
  let nearest: string | null = null;
  let nearestDistance = 3;
  for (let length = name.length - 2; length <= name.length + 2; length += 1) {
    for (const known of knownByLength.get(length) ?? []) {
      const distance = distanceBetween(name, known);
      if (distance < nearestDistance && distance <= mostEdits(known)) {
        nearest = known;
        nearestDistance = distance;
      }
    }
  }
  return nearest;
}

/** Infinity over two edits. Letters of the other case cost nothing when that is all: `jwt_secret_key` is found too. */
function distanceBetween(name: string, known: string): number {
  return name.length > 4 && name.toUpperCase() === known ? 0 : editDistance(name, known, 2);
}

function mostEdits(known: string): number {
  return known.replace(/_FILE$/, "").length <= 4 ? 1 : 2;
}
