/** Hashes and verifies passwords, a bounded number at a time. */
export interface PasswordHasher {
  /** The password's hash, in PHC or modular crypt form. Throws `OVERLOADED` when too many wait. */
  hash(password: string): Promise<string>;
  /**
   * Whether the password has this hash. With no hash (null) it takes as long and says false. `typed` is the password as it
   * was typed, for hashes of services that did not normalise it. Throws `OVERLOADED`.
   */
  verify(password: string, hash: string | null, typed?: string): Promise<boolean>;
  /** Whether a hash was made at a lower cost than the present one, or by another service. */
  isOutdated(hash: string): boolean;
}
