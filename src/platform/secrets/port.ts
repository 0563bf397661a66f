import type { SQL } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";

/** Where a sealed string is stored: it opens only there (associated data, NIST SP 800-38D). */
export interface SealedPlace {
  readonly column: PgColumn;
  /** The row's id, and for a column that holds several sealed strings also which of them it is. */
  readonly row: string;
}

/** A column with sealed strings, each in the row with its id. */
export interface SealedColumn {
  readonly id: PgColumn;
  readonly sealed: PgColumn;
  /** A condition of an index that leads to the sealed strings. */
  readonly where?: SQL | undefined;
}

/** Encryption and keyed digests under the service's own secret keys. */
export interface Secrets {
  /** Encrypts a string for storage in this place. */
  seal(text: string, place: SealedPlace): string;
  /** The decrypted string, or null when the sealed one was altered, belongs elsewhere, or its key is not in the settings. */
  open(sealed: string, place: SealedPlace): string | null;
  /** Whether the string was sealed with a key that is not in the settings. */
  needsAnotherKey(sealed: string): boolean;
  /** How every string begins that `seal` gives now. Strings with another beginning were sealed before a key change. */
  readonly currentPrefix: string;
  /**
   * The same text, sealed with the present key; null if it cannot be opened. Strings that an earlier version sealed, without
   * their place, are accepted here and nowhere else.
   */
  reseal(sealed: string, place: SealedPlace): string | null;
  /** The keyed digest (HMAC-SHA-256, base64url) of a message under the current key of this purpose. */
  digest(purpose: string, message: string): string;
  /** The digests under the current and the previous keys, for comparison with digests made before a key change. */
  digests(purpose: string, message: string): readonly string[];
}
