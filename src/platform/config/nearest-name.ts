import damerauLevenshtein from "damerau-levenshtein";

/** Edits up to which a name is taken for a misspelt one. */
const maximumEdits = 2;

/** The name of a list that is meant by one that is not in it: it begins so, or has at most two edits. Null if there is none. */
export function findNearestName(name: string, known: readonly string[]): string | null {
  const lower = name.toLowerCase();
  const begun = known.find((each) => lower.length > 1 && each.startsWith(lower));
  if (begun !== undefined) return begun;
  const [nearest] = known
    .map((each) => ({ name: each, edits: damerauLevenshtein(lower, each).steps }))
    .filter(({ edits }) => edits <= maximumEdits)
    .toSorted((one, other) => one.edits - other.edits);
  return nearest?.name ?? null;
}
