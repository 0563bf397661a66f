/** Whose password work it is: the queue is fair by source, and within a source by account. */
export interface Admission {
  /** The client address, as `clientSource` gives it. */
  readonly source: string;
  /** Any string that distinguishes the account. */
  readonly account: string;
  /** Aborted when the client closes its connection: work that waits is then dropped. Commands and jobs have none. */
  readonly signal: AbortSignal | undefined;
  /** Called when the turn of a comparison has come. If it returns false, nothing is compared, and the result is false. */
  readonly mayStart?: () => Promise<boolean>;
}

/** The work of a lane now, and what it has refused since the start. */
export interface LaneLoad {
  readonly running: number;
  readonly waiting: number;
  readonly refused: number;
}

/** The work of each lane: `expensive` is for imported hashes that take more work than the cost. */
export type HashingLoad = Readonly<Record<"ordinary" | "expensive", LaneLoad>>;

/**
 * Hashes and verifies passwords, a limited number at a time. `hash` and `verify` throw `OVERLOADED` when too many are waiting, and
 * `VALIDATION_ERROR` when the client closes its connection before the work starts.
 */
export interface PasswordHasher {
  /** Throws `OVERLOADED` if this work would have no place now: called before statements, so that a refusal costs none. */
  assertPlace(admission: Admission): void;
  /** The password's hash, in PHC or modular crypt form. */
  hash(password: string, admission: Admission): Promise<string>;
  /**
   * Whether the password matches the hash. Without a hash (null) it takes as long and returns false. `typed` is the password
   * as it was typed, for hashes of services that did not normalise it.
   */
  verify(
    password: string,
    hash: string | null,
    admission: Admission,
    typed?: string,
  ): Promise<boolean>;
  /** Whether a hash has a lower cost than the current one, or comes from another service. */
  isOutdated(hash: string): boolean;
  load(): HashingLoad;
}
