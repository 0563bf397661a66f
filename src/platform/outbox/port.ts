/** A message for delivery. The id is the same on every attempt. */
export interface OutboxMessage {
  readonly id: string;
  readonly key: string | null;
  readonly payload: Readonly<Record<string, unknown>>;
  /** The sealed part of the message, or null if there is none or it was altered. */
  readonly secrets: Readonly<Record<string, unknown>> | null;
  readonly createdAt: Date;
  readonly attempt: number;
}

/**
 * Delivers one message. An error means that it is tried again later; `PermanentDeliveryError`, that it is not;
 * `ObsoleteMessageError`, that it is deleted.
 */
export type DeliverMessage = (message: OutboxMessage) => Promise<void>;

/** The error for a message that no further attempt can deliver. */
export class PermanentDeliveryError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PermanentDeliveryError";
  }
}

/** The error for a message that is no longer to be delivered, such as a mail whose link was used. It is no failure. */
export class ObsoleteMessageError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "ObsoleteMessageError";
  }
}
