import { addSeconds, type Clock } from "../../kernel/clock.ts";
import { withDeadline } from "../db/deadline.ts";
import { describeError } from "../db/errors.ts";
import type { Db } from "../db/port.ts";
import type { Logger } from "../log/port.ts";
import type { Secrets } from "../secrets/port.ts";
import { type ClaimedMessage, markDelivered, markFailed } from "./claim.ts";
import { type DeliverMessage, type OutboxMessage, PermanentDeliveryError } from "./port.ts";

/** What delivering a topic's messages takes. */
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
/** For how long a message is its worker's: longer than a delivery takes. One killed in the middle is relieved then. */
export const leaseSeconds = 120;
/** With the back-off below a message is tried for about a day before it is dead. */
export const maximumAttempts = 20;
const maximumBackoffSeconds = 4 * 3600;
/** How often it is tried to note down what became of a message, a second apart. */
const settlingTries = 5;

/** The pause after the given failed attempt: 1 s, 2 s, 4 s … up to 4 h. */
export function backoffSeconds(attempt: number): number {
  return Math.min(2 ** (attempt - 1), maximumBackoffSeconds);
}

/** Delivers one message and notes down what became of it. Never rejects: a message that nothing is known of comes again. */
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
    if (failure.isFinal) log.error(fields, "delivery given up");
    else log.warn(fields, "delivery failed, will be tried again");
  }
  const settle = () =>
    failure
      ? markFailed(db, message, { reason: failure.reason, retryAt, now })
      : markDelivered(db, message.id, now);
  for (let tries = 1; ; tries += 1) {
    try {
      await settle();
      return;
    } catch (error) {
      const fields = { topic, message: message.id, ...describeError(error) };
      log.warn(fields, "what became of a message could not be noted down");
      if (tries === settlingTries) return;
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
    return { reason: "its workers ended in the middle of each attempt", isFinal: true };
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

/** For the log and the row: a database error's own message, which holds parameters, is not in it. */
function reasonOf(error: unknown): string {
  const { error: kind, reason } = describeError(error);
  // Postgres takes no NUL in a text, and a receiver may have sent one.
  return String(reason ?? kind)
    .replaceAll("\0", "")
    .slice(0, 500);
}

function readMessage(message: ClaimedMessage, secrets: Secrets): OutboxMessage {
  const opened = message.sealed === null ? null : secrets.open(message.sealed);
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
