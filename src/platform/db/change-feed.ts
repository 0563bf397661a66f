/** What changed: a session ended, something about a user, what roles allow, the signing keys; `all` when that cannot be told. */
export interface Change {
  readonly subject: "session" | "user" | "roles" | "keys" | "all";
  /** The session's or user's id; empty where it is about no single one. */
  readonly id: string;
}

/** Is told of every change, of this replica and of others, in the order in which they were committed. */
export type ChangeListener = (change: Change) => void;

/**
 * News of what other replicas changed, which everything that is remembered between requests depends on. While it is not
 * live, changes may go unheard, and nothing remembered may be used.
 */
export interface ChangeFeed {
  isLive(): boolean;
  /** Also told `all` whenever the feed was interrupted, since anything may have changed meanwhile. */
  subscribe(listener: ChangeListener): void;
  /** Tells this replica's listeners at once of a change that it has committed itself. */
  announce(change: Change): void;
  /** Resolves once the first attempt to listen has succeeded or failed; a feed of a server then goes on trying. */
  start(): Promise<void>;
  /** For good. */
  stop(): Promise<void>;
}

/** The channel on which the database's triggers tell (`NOTIFY`). */
export const changeChannel = "gatehouse_changes";

const subjects = ["session", "user", "roles", "keys"] as const;

/** What a notification's payload, `subject:id`, says. One that we do not know counts as `all`. */
export function parseChange(payload: string): Change {
  const [name, id = ""] = payload.split(":", 2);
  const subject = subjects.find((known) => known === name);
  return subject ? { subject, id } : { subject: "all", id: "" };
}

/** The listeners of a feed. */
export function createListeners(): {
  subscribe(listener: ChangeListener): void;
  tell(change: Change): void;
} {
  const listeners: ChangeListener[] = [];
  return {
    subscribe: (listener) => void listeners.push(listener),
    tell: (change) => {
      for (const listener of listeners) listener(change);
    },
  };
}
