import { bcryptCostOf } from "./bcrypt.ts";
import { bcryptEffort, type Effort } from "./effort.ts";
import type { PasswordForm } from "./imported/hash-reader.ts";
import { parseImportedHash } from "./imported/imported-hash.ts";

/** A password to compare: in the form that is hashed here, and as it was typed. */
export interface Candidate {
  readonly password: string;
  readonly typed: string;
}

/** How a candidate is compared with a stored hash: each form in turn, for `effort` each. */
export interface Comparison {
  readonly isImported: boolean;
  readonly effort: Effort;
  readonly forms: readonly PasswordForm[];
  readonly matches: (form: PasswordForm) => Promise<boolean>;
}

/** The comparison with a stored hash, or null if no password can match: none is stored, or it is no hash, or the password is empty. */
export function findComparison(candidate: Candidate, hash: string | null): Comparison | null {
  const { password, typed } = candidate;
  if (hash === null || password === "") return null;
  const ownCost = bcryptCostOf(hash);
  if (ownCost !== null) {
    return {
      isImported: false,
      effort: bcryptEffort(ownCost),
      forms: [password],
      matches: (form) => Bun.password.verify(form, hash),
    };
  }
  const imported = parseImportedHash(hash);
  if (imported === null) return null;
  const { effort, formsOf, matches } = imported;
  return { isImported: true, effort, forms: formsOf(password, typed), matches };
}
