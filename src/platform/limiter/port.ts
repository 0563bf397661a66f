import type { Effect } from "../db/effects.ts";
import type { Db } from "../db/port.ts";

/** A limit on the number of actions of one source within a fixed window. Traffic does not extend the window. */
export interface WindowLimit {
  readonly kind: "window";
  /** The name in the database and for operators, such as `sign-in-by-address`. */
  readonly name: string;
  readonly points: number;
  readonly windowSeconds: number;
  /**
   * The points of a source that a replica counts in its memory before it adds them to the shared count, while the source is
   * known to be below half of the limit. 0 where the limit must be exact over all replicas.
   */
  readonly unsharedPoints: number;
}

/**
 * A limit on consecutive failures. At `points` failures the source is blocked for the window, at each further one for twice as
 * long. A quiet window after a block ends the series, but not the total: beyond `totalPoints` there is one attempt a day.
 */
export interface FailureLimit {
  readonly kind: "failures";
  readonly name: string;
  readonly points: number;
  readonly windowSeconds: number;
  readonly totalPoints: number;
}

/** Any limit. */
export type Limit = WindowLimit | FailureLimit;

/** One point of a limit for one source, such as an address or an account. */
export interface Spending {
  readonly limit: Limit;
  readonly source: string;
}

/** The decision that `limit` is exceeded. No point of the limits after it was spent. */
export interface Exceeded {
  readonly isWithin: false;
  readonly limit: Limit;
  readonly retryAfterSeconds: number;
}

/** The decision on a list of spendings. */
export type Spent =
  /** Every point was spent. `isFirstBlock`: this failure, unless it is cleared, blocks a source that was not blocked before. */
  { readonly isWithin: true; readonly isFirstBlock: boolean } | Exceeded;

/** Counts the actions of sources over all replicas. */
export interface Limiter {
  /**
   * Check-and-spend, in one statement: spends a point of each limit, in order, until one is exceeded. Decided in memory, without
   * a statement, for a source that is known to be blocked, and for one that is known to be far below its limit.
   */
  spend(db: Db, spendings: readonly Spending[]): Promise<Spent>;
  /** Check-only, in memory: the first of these limits that this replica knows to be exceeded, or null. */
  findExceeded(spendings: readonly Spending[]): Exceeded | null;
  /** The effect of deleting the counts of these sources, with the change that makes them void, such as a successful sign-in. */
  clear(spendings: readonly Spending[]): Effect;
  /** The effect of deleting the counts of these limits for a source and for what is counted under it: `<source> …`. */
  clearUnder(limits: readonly Limit[], source: string): Effect;
  /**
   * The effect of ending the pauses of these limits for a source and for what is counted under it. The totals of failures stay,
   * and so does the pause of a source at its `totalPoints`.
   */
  relieveUnder(limits: readonly Limit[], source: string): Effect;
  /** Deletes the counts of these sources. */
  clearNow(db: Db, spendings: readonly Spending[]): Promise<void>;
  /** Forgets what this replica knows of blocked sources: counts were deleted. */
  forget(): void;
}
