import { addSeconds, type Clock } from "../../kernel/clock.ts";
import { withDeadline } from "../db/deadline.ts";
import { describeError } from "../db/errors.ts";
import type { Db } from "../db/port.ts";
import type { Logger } from "../log/port.ts";
import type { Secrets } from "../secrets/port.ts";
import { type ClaimedMessage, markDelivered, markFailed } from "./claim.ts";
import { type DeliverMessage, type OutboxMessage, PermanentDeliveryError } from "./port.ts";
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

/** Delivers one message and writes the result. Never rejects: a message without a result is tried again. */
export async function attemptDelivery(
  options: DeliveryOptions,
  message: ClaimedMessage,
): Promise<void> {
  const { db, clock, log, topic } = options;
  const failure = await deliver(options, message);
  const now = clock.now();
  const retryAt =
    failure?.isFinal === false ? addSeconds(now, backoffSeconds(message.attempts)) : null;
  if (failure) {
    const fields = {
      topic,
      message: message.id,
      attempt: message.attempts,
      reason: failure.reason,
    };
    if (failure.isFinal) log.error(fields, "delivery failed for the last time");
    else log.warn(fields, "delivery failed, will be tried again");
  }
  const writeResult = () =>
    failure
      ? markFailed(db, message, { reason: failure.reason, retryAt, now })
      : markDelivered(db, message.id, now);
  for (let tries = 1; ; tries += 1) {
    try {
      await writeResult();
      return;
    } catch (error) {
      const fields = { topic, message: message.id, ...describeError(error) };
      log.warn(fields, "the result of a delivery could not be written");
      if (tries === resultTries) return;
    }
    await Bun.sleep(1000);
  }
}

/** Null when the message was delivered. */
async function deliver(
  options: DeliveryOptions,
  message: ClaimedMessage,
): Promise<{ reason: string; isFinal: boolean } | null> {
  if (message.attempts > maximumAttempts) {
    return { reason: "its worker stopped during each attempt", isFinal: true };
  }
  try {
    const delivery = options.deliver(readMessage(message, options.secrets));
    await withDeadline(delivery, deliveryTimeoutSeconds);
    return null;
  } catch (error) {
    const isFinal = error instanceof PermanentDeliveryError || message.attempts >= maximumAttempts;
    return { reason: reasonOf(error), isFinal };
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
