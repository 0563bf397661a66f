import type {
  DestinationKind,
  EventSender,
  OutboundEvent,
  SendResult,
} from "../../../platform/brokers/port.ts";
import { withDeadline } from "../../../platform/db/deadline.ts";
import { describeError } from "../../../platform/db/errors.ts";
import type { Platform } from "../../../platform/platform.ts";
import type { ClaimedDelivery } from "./claim.ts";
import { toOutbound } from "./outbound.ts";
import { maximumAttempts, nextAttemptAt, nextProbeAt } from "./pauses.ts";
import { type DeliveryResult, type DestinationResult, writeResults } from "./write-results.ts";

/** One destination on this replica. */
export interface Outlet {
  readonly platform: Platform;
  readonly destinationId: string;
  readonly kind: DestinationKind;
  readonly sender: EventSender;
}

/** Deliveries that are sent together. */
export interface Batch {
  readonly deliveries: readonly ClaimedDelivery[];
  /** How often in a row the destination could not be reached before. A batch after such a failure is a probe. */
  readonly failures: number;
}

const sendSeconds = 30;
/** A sender that does not heed the signal gets this much longer. Both together are shorter than the lease. */
const ignoredSignalSeconds = 2;
/** The number of attempts to write the results of a batch, a second apart. */
const resultTries = 5;

/** What follows from a batch. */
export interface BatchResult {
  readonly isUnavailable: boolean;
  /** Whether one of its users has a later event that is due now. */
  readonly hasLater: boolean;
}

/** Sends one batch and writes its results. Never rejects. */
export async function sendBatch(outlet: Outlet, batch: Batch): Promise<BatchResult> {
  const { platform, destinationId } = outlet;
  const results = await send(outlet, batch.deliveries);
  const now = platform.clock.now();
  const destination = destinationResult(outlet, batch, results, now);
  const outcomes = batch.deliveries.map((delivery, place) =>
    deliveryResult(outlet, delivery, results[place] ?? noResult, now),
  );
  const isUnavailable = destination.kind === "unavailable";
  log(outlet, destination, outcomes);
  for (let tries = 1; ; tries += 1) {
    try {
      const written = { destination, now };
      const hasLater = await writeResults(platform.db, destinationId, outcomes, written);
      return { isUnavailable, hasLater };
    } catch (error) {
      const fields = { destination: destinationId, ...describeError(error) };
      platform.log.warn(fields, "the results of deliveries could not be written");
      if (tries === resultTries) return { isUnavailable, hasLater: false };
    }
    await Bun.sleep(1000);
  }
}

const noResult: SendResult = { kind: "failed", reason: "the sender gave no result" };

/** The results of a call to the sender. An event that cannot be sent now is not given to it. */
async function send(
  { platform, sender }: Outlet,
  deliveries: readonly ClaimedDelivery[],
): Promise<readonly SendResult[]> {
  const prepared = deliveries.map((delivery) => prepare(platform, delivery));
  const outbound = prepared.filter((event): event is OutboundEvent => !("kind" in event));
  const results = (outbound.length === 0 ? [] : await callSender(sender, outbound)).values();
  return prepared.map((event) => ("kind" in event ? event : (results.next().value ?? noResult)));
}

/** The event, or the result without an attempt to send it. */
function prepare(platform: Platform, delivery: ClaimedDelivery): OutboundEvent | SendResult {
  if (delivery.attempts > maximumAttempts) {
    return { kind: "dead", reason: "its relay stopped during each attempt" };
  }
  // Another replica may have the key, or the operator may have forgotten ENCRYPTION_KEY_PREVIOUS: it is tried again.
  if (delivery.sealed !== null && platform.secrets.needsAnotherKey(delivery.sealed)) {
    const reason = "its secrets are sealed with a key that is not in the settings of this replica";
    return { kind: "failed", reason };
  }
  return toOutbound(platform, delivery);
}

async function callSender(
  sender: EventSender,
  events: readonly OutboundEvent[],
): Promise<readonly SendResult[]> {
  const aborting = new AbortController();
  const timer = setTimeout(() => aborting.abort(), sendSeconds * 1000);
  try {
    const sending = sender.send(events, aborting.signal);
    return await withDeadline(sending, sendSeconds + ignoredSignalSeconds);
  } catch (error) {
    const { error: kind, reason } = describeError(error);
    return events.map(() => ({ kind: "failed", reason: String(reason ?? kind) }));
  } finally {
    clearTimeout(timer);
  }
}

function deliveryResult(
  { platform, kind }: Outlet,
  { eventId, attempts }: ClaimedDelivery,
  result: SendResult,
  now: Date,
): DeliveryResult {
  const reason = "reason" in result ? storable(result.reason) : null;
  const common = { eventId, attempts, reason, responseStatus: result.status ?? null };
  if (result.kind === "delivered" || result.kind === "dead") {
    return { ...common, status: result.kind, availableAt: now, isCounted: true };
  }
  if (result.kind !== "failed") {
    return { ...common, status: "pending", availableAt: now, isCounted: false };
  }
  const pause = { now, attempt: attempts, retryAfterSeconds: result.retryAfterSeconds };
  return {
    ...common,
    status: attempts >= maximumAttempts ? "dead" : "pending",
    availableAt: nextAttemptAt(platform.random, pause, kind.longestPauseSeconds),
    isCounted: true,
  };
}

function destinationResult(
  { platform }: Outlet,
  { failures }: Batch,
  results: readonly SendResult[],
  now: Date,
): DestinationResult {
  const gone = results.find((result) => result.kind === "gone");
  if (gone) return { kind: "gone", reason: storable(gone.reason) };
  const outages = results.filter((result) => result.kind === "unavailable");
  const [outage] = outages;
  if (!outage) return { kind: "reached", isProbe: failures > 0 };
  const retryAfterSeconds = Math.max(...outages.map((result) => result.retryAfterSeconds ?? 0));
  const pause = { now, attempt: failures + 1, retryAfterSeconds };
  return {
    kind: "unavailable",
    reason: storable(outage.reason),
    retryAt: nextProbeAt(platform.random, pause),
    isProbe: failures > 0,
  };
}

function log(
  { platform, destinationId: destination }: Outlet,
  result: DestinationResult,
  outcomes: readonly DeliveryResult[],
): void {
  if (result.kind === "gone") {
    platform.log.error({ destination, reason: result.reason }, "event destination disabled");
  } else if (result.kind === "unavailable") {
    const { reason, retryAt } = result;
    platform.log.warn(
      { destination, reason, retry_at: retryAt },
      "event destination not reachable",
    );
  }
  for (const { eventId, attempts, status, reason, isCounted } of outcomes) {
    if (!isCounted || status === "delivered") continue;
    const fields = { destination, event: eventId, attempt: attempts, reason };
    if (status === "dead") platform.log.error(fields, "event delivery failed for the last time");
    else platform.log.warn(fields, "event delivery failed, will be tried again");
  }
}

/** Postgres stores no NUL and no half of a character, and the receiver may have sent one. */
function storable(reason: string): string {
  return reason.replaceAll("\0", "").slice(0, 500).toWellFormed();
}
