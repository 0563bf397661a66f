import { addSeconds, type Clock } from "../../kernel/clock.ts";
import { withDeadline } from "../db/deadline.ts";
import { describeError } from "../db/errors.ts";
import type { Db } from "../db/port.ts";
import type { Logger } from "../log/port.ts";
import type { Secrets } from "../secrets/port.ts";
import { type ClaimedMessage, deleteMessage, markDelivered, markFailed } from "./claim.ts";
import {
  type DeliverMessage,
  ObsoleteMessageError,
  type OutboxMessage,
  PermanentDeliveryError,
} from "./port.ts";
import { outbox } from "./table.ts";

/** What a topic's messages are delivered with. */
export interface DeliveryOptions {
  readonly topic: string;
  readonly deliver: DeliverMessage;
  readonly db: Db;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly log: Logger;
}

/** A delivery that takes longer has failed. */
const deliveryTimeoutSeconds = 90;
/** How long a message belongs to its worker: longer than a delivery takes. If the worker is killed, another one claims it then. */
export const leaseSeconds = 120;
/** With the back-off below, a message is tried for about a day before it is dead. */
export const maximumAttempts = 20;
const maximumBackoffSeconds = 4 * 3600;
/** The number of attempts to write the result of a delivery, a second apart. */
const resultTries = 5;

/** The pause after failed attempt number `attempt`: 1 s, 2 s, 4 s … up to 4 h. */
export function backoffSeconds(attempt: number): number {
  return Math.min(2 ** (attempt - 1), maximumBackoffSeconds);
}

/**
 * Delivers one message and writes the result. Returns when it is to be tried again, or null. Never rejects: a message without a
 * result is tried again once its lease has ended.
 */
export async function attemptDelivery(
  options: DeliveryOptions,
  message: ClaimedMessage,
): Promise<Date | null> {
  const { db, clock, log, topic } = options;
  const outcome = await deliver(options, message);
  const now = clock.now();
  const { kind, reason } = outcome;
  const fields = { topic, message: message.id, attempt: message.attempts, reason };
  if (kind === "dead") log.error(fields, "delivery failed for the last time");
  if (kind === "failed") log.warn(fields, "delivery failed, will be tried again");
  if (kind === "obsolete") log.info(fields, "an obsolete message was deleted");
  const retryAt = kind === "failed" ? addSeconds(now, backoffSeconds(message.attempts)) : null;
  const writeResult = () => {
    if (kind === "delivered") return markDelivered(db, message.id, now);
    if (kind === "obsolete") return deleteMessage(db, message.id);
    return markFailed(db, message, { reason, retryAt, now });
  };
  for (let tries = 1; ; tries += 1) {
    try {
      await writeResult();
      return retryAt;
    } catch (error) {
      const fault = { topic, message: message.id, ...describeError(error) };
      log.warn(fault, "the result of a delivery could not be written");
      if (tries === resultTries) return null;
    }
    await Bun.sleep(1000);
  }
}

/** The result of an attempt. A message that has failed is tried again; one that is dead or obsolete is not. */
type Outcome =
  | { readonly kind: "delivered"; readonly reason?: never }
  | { readonly kind: "failed" | "dead" | "obsolete"; readonly reason: string };

async function deliver(options: DeliveryOptions, message: ClaimedMessage): Promise<Outcome> {
  if (message.attempts > maximumAttempts) {
    return { kind: "dead", reason: "its worker stopped during each attempt" };
  }
  try {
    const delivery = options.deliver(readMessage(message, options.secrets));
    await withDeadline(delivery, deliveryTimeoutSeconds);
    return { kind: "delivered" };
  } catch (error) {
    const reason = reasonOf(error);
    if (error instanceof ObsoleteMessageError) return { kind: "obsolete", reason };
    const isFinal = error instanceof PermanentDeliveryError || message.attempts >= maximumAttempts;
    return { kind: isFinal ? "dead" : "failed", reason };
  }
}

/** For the log and the row, without the message of a database error, which contains parameters. */
function reasonOf(error: unknown): string {
  const { error: kind, reason } = describeError(error);
  // Postgres stores no NUL, and the receiver may have sent one.
  return String(reason ?? kind)
    .replaceAll("\0", "")
    .slice(0, 500);
}

function readMessage(message: ClaimedMessage, secrets: Secrets): OutboxMessage {
  const { sealed } = message;
  // Another replica may have the key, or the operator may have forgotten ENCRYPTION_KEY_PREVIOUS: it is tried again.
  if (sealed !== null && secrets.needsAnotherKey(sealed)) {
    throw new Error(
      "its secrets are sealed with a key that is not in the settings of this replica",
    );
  }
  const opened =
    sealed === null ? null : secrets.open(sealed, { column: outbox.sealed, row: message.id });
  return {
    id: message.id,
    key: message.key,
    payload: message.payload,
    secrets: opened === null ? null : parseSecrets(opened),
    createdAt: message.createdAt,
    attempt: message.attempts,
  };
}

function parseSecrets(text: string): Readonly<Record<string, unknown>> | null {
  const value: unknown = JSON.parse(text);
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value))
    : null;
}
