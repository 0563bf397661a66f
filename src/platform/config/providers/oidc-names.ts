import damerauLevenshtein from "damerau-levenshtein";

import type { Environment } from "../read-given.ts";
import { oidcProvider } from "./definitions.ts";

const suffixes = Object.keys(oidcProvider);

const settingPattern = new RegExp(
  `^OIDC_([A-Z0-9]+(?:_[A-Z0-9]+)*)_(?:${suffixes.join("|")})(?:_FILE)?$`,
);

/** Edits up to which a name is taken for a misspelt one. */
const maximumEdits = 2;

/** Whether a name in the environment is that of a setting of an OpenID Connect issuer, or of its file. */
export function isOidcSetting(name: string): boolean {
  return settingPattern.test(name);
}

/** The `<NAME>`s of the settings `OIDC_<NAME>_…` that are set, sorted. */
export function findOidcNames(environment: Environment): readonly string[] {
  const names = Object.keys(environment)
    .filter((name) => (environment[name] ?? "") !== "")
    .map((name) => settingPattern.exec(name)?.[1])
    .filter((name) => name !== undefined);
  return [...new Set(names)].toSorted();
}

/**
 * The setting of an issuer that a name almost is, or null: `OIDC` may have one edit, the last words two in all, and letters
 * may be in lower case. `<NAME>` is free, so a name such as `OIDC_SERVICE_PORT` of Kubernetes is not near to any.
 */
export function findNearestOidcSetting(name: string): string | null {
  const capitals = name.toUpperCase();
  if (isOidcSetting(capitals)) return capitals;
  const words = capitals.split("_");
  const [first = ""] = words;
  const edits = editsBetween(first, "OIDC");
  if (edits > 1) return null;
  for (let end = 2; end < words.length; end += 1) {
    const tail = words.slice(end).join("_");
    const meant = [...suffixes, ...suffixes.map((suffix) => `${suffix}_FILE`)].find(
      (suffix) => edits + editsBetween(tail, suffix) <= maximumEdits,
    );
    const chosen = words
      .slice(1, end)
      .join("_")
      .replaceAll(/[^A-Z0-9]+/g, "_");
    if (meant !== undefined) return `OIDC_${chosen.replaceAll(/^_|_$/g, "") || "<NAME>"}_${meant}`;
  }
  return null;
}

function editsBetween(left: string, right: string): number {
  return damerauLevenshtein(left, right).steps;
}
