import type { Effort } from "../effort.ts";

/** A form of a password in which a service may have hashed it. */
export type PasswordForm = string | Uint8Array;

/** A hash that another service created. */
export interface ImportedHash {
  /** The form in which it is stored. It differs from that of a hash of this service. */
  readonly stored: string;
  readonly effort: Effort;
  /** The forms of a password that may have been hashed: normalised and as it was typed, each form once. */
  readonly formsOf: (password: string, typed: string) => readonly PasswordForm[];
  readonly matches: (form: PasswordForm) => Promise<boolean>;
}

/** The result for a hash of a known format that takes too much time or memory to compare. */
export const tooExpensive = Symbol("too expensive");

/** Reads hashes of one format, and returns null for all others. */
export type ReadHash = (text: string) => ImportedHash | typeof tooExpensive | null;

/** The most memory that one comparison may use. */
export const mostBytes = 256 * 2 ** 20;

/** The form for services that hash a password as it was typed. */
export function asTyped(_password: string, typed: string): readonly PasswordForm[] {
  return [typed];
}
