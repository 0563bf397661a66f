/** An event for one destination. */
export interface OutboundEvent {
  /** The `event_id`, the same on every attempt. */
  readonly id: string;
  readonly type: string;
  /** The user's id, by which a broker may order or partition. */
  readonly key: string;
  /** JSON: `event_id`, `event_type`, `timestamp` and `data`. */
  readonly body: string;
  /** The number of the attempt, from 1. */
  readonly attempt: number;
  readonly createdAt: Date;
}

/**
 * The result of sending one event. `failed`: it is tried again. `dead`: no further attempt can deliver it. `unavailable`: the
 * destination cannot be reached or takes nothing now, so that nothing is sent to it for a while; no attempt is counted. `gone`:
 * the destination wants no events any more and is disabled. `status` is that of an HTTP response.
 */
export type SendResult =
  | { readonly kind: "delivered"; readonly status?: number }
  | {
      readonly kind: "failed";
      readonly reason: string;
      readonly status?: number;
      readonly retryAfterSeconds?: number;
      /** Whether the destination itself may be the cause: all events fail then, of which none counts an attempt. */
      readonly mayBeDown?: boolean;
    }
  | { readonly kind: "dead"; readonly reason: string; readonly status?: number }
  | {
      readonly kind: "unavailable";
      readonly reason: string;
      readonly status?: number;
      readonly retryAfterSeconds?: number;
    }
  | { readonly kind: "gone"; readonly reason: string; readonly status?: number };

/** Sends events to one destination. It connects when it is first used, and again after a lost connection. */
export interface EventSender {
  /**
   * Sends events with distinct keys, and gives one result for each, in the same order. Never rejects. The signal is aborted 30 s
   * after the call; an event without a result is sent again later.
   */
  send(events: readonly OutboundEvent[], signal: AbortSignal): Promise<readonly SendResult[]>;
  /** Closes the connection. No call to `send` is in progress. */
  close(): Promise<void>;
}

/** A kind of destination. */
export interface DestinationKind {
  /** The maximum of events that are claimed together, and whose results are written together. */
  readonly batchSize: number;
  /** The maximum of users whose events these are. With 1, no user waits for the result of another one's event. */
  readonly usersPerBatch: number;
  /** The maximum of batches at a time, on one replica. */
  readonly concurrency: number;
  /** The longest pause between two attempts to deliver an event. The pauses begin with 1 s and double. */
  readonly longestPauseSeconds: number;
  /** After an outage of this length the destination is disabled. Null: never. */
  readonly longestOutageSeconds: number | null;
  /** Null for a destination that this replica has no settings for. */
  create(destinationId: string): EventSender | null;
}
