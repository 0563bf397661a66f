/** Hashes and verifies passwords, a limited number at a time. */
export interface PasswordHasher {
  /** The password's hash, in PHC or modular crypt form. Throws `OVERLOADED` when too many are waiting. */
  hash(password: string): Promise<string>;
  /**
   * Whether the password matches the hash. Without a hash (null) it takes as long and returns false. `typed` is the password
   * as it was typed, for hashes of services that did not normalise it. Throws `OVERLOADED` when too many are waiting.
   */
  verify(password: string, hash: string | null, typed?: string): Promise<boolean>;
  /** Whether a hash has a lower cost than the current one, or comes from another service. */
  isOutdated(hash: string): boolean;
}
