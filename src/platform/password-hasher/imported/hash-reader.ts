import type { Effort } from "../effort.ts";

/** A form of a password in which a service may have hashed it. */
export type PasswordForm = string | Uint8Array;

/** A hash of another service's making. */
export interface ImportedHash {
  /** The form in which it is stored: never one that a hash of our own has. */
  readonly stored: string;
  readonly effort: Effort;
  /** What may have been hashed when somebody types this password: ours and as it was typed, each form once. */
  readonly formsOf: (password: string, typed: string) => readonly PasswordForm[];
  readonly matches: (form: PasswordForm) => Promise<boolean>;
}

/** Of a hash that is known here, but takes too much time or memory to compare with. */
export const tooDear = Symbol("too dear");

/** Reads hashes of one format; null for those of others. */
export type ReadHash = (text: string) => ImportedHash | typeof tooDear | null;

/** No comparison needs more memory than this. */
export const mostBytes = 256 * 2 ** 20;

/** For those who hash a password as it was typed. */
export function asTyped(_password: string, typed: string): readonly PasswordForm[] {
  return [typed];
}
