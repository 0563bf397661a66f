/** What the servers have acknowledged: it must be in the database, whatever happened since. */
export interface Ledger {
  /** The addresses of users who were registered. */
  readonly registered: Set<string>;
  /** The ids of users who deleted their accounts. */
  readonly deleted: Set<string>;
  /** The ids of posts that were created, and of those that were deleted. */
  readonly posts: Set<string>;
  readonly deletedPosts: Set<string>;
  /** Refresh tokens that a sign-out or a password change has ended. */
  readonly ended: Set<string>;
  /** The newest refresh token of each session whose last refresh was answered; null while one is under way. */
  readonly newest: Map<string, string | null>;
}

/** Nothing is acknowledged yet. */
export function createLedger(): Ledger {
  return {
    registered: new Set(),
    deleted: new Set(),
    posts: new Set(),
    deletedPosts: new Set(),
    ended: new Set(),
    newest: new Map(),
  };
}
