/**
 * What changed: a session ended, data of a user, permissions of roles, the signing keys, counts of limits, events or their
 * destinations; `all` if unknown.
 */
export interface Change {
  readonly subject: "session" | "user" | "roles" | "clients" | "keys" | "limits" | "events" | "all";
  /** The session's or user's id; `destinations` for a change of these; empty for every other subject. */
  readonly id: string;
}

/** Called for every change, of this replica and of others. It may be called more than once for one change. */
export type ChangeListener = (change: Change) => void;

/**
 * Notifications of the changes of all replicas. Whatever is cached between requests depends on them: while the feed is not
 * live, notifications may be missing, and no cached record may be used.
 */
export interface ChangeFeed {
  /** Whether cached records may be used now. The feed stays live only while this is asked again and again. */
  isLive(): boolean;
  /** Makes a feed live that was not asked for a while: one round trip. False if it cannot be live; never rejects. */
  whenLive(): Promise<boolean>;
  /** Whether notifications arrive, as far as is known. After a silent loss of the connection this is found out within seconds. */
  isListening(): boolean;
  /** The listener is also called with `all` after each interruption of the feed, during which anything may have changed. */
  subscribe(listener: ChangeListener): void;
  /** Calls this replica's listeners at once, for a change that this replica has committed. */
  announce(change: Change): void;
  /** Resolves once the first attempt to listen has settled. The feed of a server reconnects until it is stopped. */
  start(): Promise<void>;
  /** Ends the feed, which is not started again. */
  stop(): Promise<void>;
}

/** What a cache of records asks the feed. */
export type FeedState = Pick<ChangeFeed, "isLive" | "isListening">;

/** The channel on which the database's triggers send notifications (`NOTIFY`). */
export const changeChannel = "gatehouse_changes";

const subjects = ["session", "user", "roles", "clients", "keys", "limits", "events"] as const;

/** The change of a notification's payload, `subject:id`. An unknown subject counts as `all`. */
export function parseChange(payload: string): Change {
  const [name, id = ""] = payload.split(":", 2);
  const subject = subjects.find((known) => known === name);
  return subject ? { subject, id } : { subject: "all", id: "" };
}

/** The listeners of a feed. */
export function createListeners(): {
  subscribe(listener: ChangeListener): void;
  notify(change: Change): void;
} {
  const listeners: ChangeListener[] = [];
  return {
    subscribe: (listener) => void listeners.push(listener),
    notify: (change) => {
      for (const listener of listeners) listener(change);
    },
  };
}
