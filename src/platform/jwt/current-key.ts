import type { Algorithm } from "./port.ts";

/**
 * The key that signs at a moment, of `keys` in the order in which they were made: the newest of the algorithm that is
 * active. Before any is, by a clock that is behind the others, the first. Every replica chooses alike.
 */
export function currentKey<
  Key extends { readonly algorithm: Algorithm; readonly activeFrom: Date },
>(keys: readonly Key[], algorithm: Algorithm, now: Date): Key | undefined {
  const candidates = keys.filter((key) => key.algorithm === algorithm);
  return candidates.findLast((key) => key.activeFrom <= now) ?? candidates[0];
}
