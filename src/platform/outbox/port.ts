/** A message as a worker's handler receives it. The id is the same on every attempt. */
export interface OutboxMessage {
  readonly id: string;
  readonly key: string | null;
  readonly payload: Readonly<Record<string, unknown>>;
  /** What was sealed with the message, or null when there was nothing or its key is gone. */
  readonly secrets: Readonly<Record<string, unknown>> | null;
  readonly createdAt: Date;
  readonly attempt: number;
}

/** Carries one message out. Throwing means: try again later; `PermanentDeliveryError`: never again. */
export type DeliverMessage = (message: OutboxMessage) => Promise<void>;

/** A message that no further attempt will deliver. */
export class PermanentDeliveryError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PermanentDeliveryError";
  }
}
