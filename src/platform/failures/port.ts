/** A failed attempt of a request, as the audit log records it. */
export interface FailedAttempt {
  readonly id: string;
  readonly at: Date;
  readonly action: string;
  readonly actorKind: string;
  readonly actorId: string | null;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly amr: readonly string[] | null;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly requestId: string;
  readonly detail: Readonly<Record<string, unknown>> | null;
}

/** What an attempt is counted by. */
export interface Counted {
  /** The client address, an IPv6 address by its /64 network; null if it is unknown. */
  readonly source: string | null;
  /** The known account or client that the attempt was on, or null. */
  readonly subject: string | null;
  /** What attempts have in common that are counted together. The number of kinds is small. */
  readonly kind: string;
}

/** Attempts that are written as one row: the first of them, and how many there were. */
export interface AttemptTally {
  readonly first: FailedAttempt;
  readonly count: number;
  readonly lastAt: Date;
  /** Of one account or client; of one source; of the sources for which there was no space. */
  readonly by: "subject" | "source" | "other sources";
  /** The accounts of the attempts of a source; at most 20 are listed. */
  readonly userIds: readonly string[];
}

/** The failed attempts that are not written yet. Its memory is bounded. */
export interface FailureBuffer {
  add(attempt: FailedAttempt, counted: Counted): void;
  /** Removes and returns single attempts and the tallies of minutes that are over; with `everything` all tallies. */
  take(now: Date, everything: boolean): readonly AttemptTally[];
  /** Puts back what could not be written. It is taken again before anything else. */
  putBack(tallies: readonly AttemptTally[]): void;
}
