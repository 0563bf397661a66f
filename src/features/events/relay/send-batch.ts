import { addSeconds } from "../../../kernel/clock.ts";
import type { DestinationKind, EventSender, SendResult } from "../../../platform/brokers/port.ts";
import { describeError } from "../../../platform/db/errors.ts";
import type { Platform } from "../../../platform/platform.ts";
import type { Run } from "./form-batches.ts";
import { logResults } from "./log-results.ts";
import { isSign, type OutageSigns } from "./outage-signs.ts";
import { maximumAttempts, nextAttemptAt, nextProbeAt } from "./pauses.ts";
import { sendInOrder, type SentRun } from "./send-in-order.ts";
import { type DeliveryResult, type DestinationResult, writeResults } from "./write-results.ts";

/** One destination on this replica. */
export interface Outlet {
  readonly platform: Platform;
  readonly destinationId: string;
  readonly kind: DestinationKind;
  readonly sender: EventSender;
  readonly outageSigns: OutageSigns;
}

/** Deliveries that are sent together. */
export interface Batch {
  readonly runs: readonly Run[];
  /** How often in a row the destination could not be reached before. A batch after such a failure is a probe. */
  readonly failures: number;
}

/** The number of attempts to write the results of a batch, a second apart. */
const resultTries = 5;

/** What follows from a batch. */
export interface BatchResult {
  readonly isUnavailable: boolean;
  /** Whether one of its users has a later event that is due now. */
  readonly hasLater: boolean;
  /** When the first of what is to be tried again is due; null for nothing. */
  readonly retryAt: Date | null;
}

/** Sends one batch and writes its results. Never rejects. */
export async function sendBatch(outlet: Outlet, batch: Batch): Promise<BatchResult> {
  const { platform, destinationId, sender, outageSigns } = outlet;
  const sent = await sendInOrder(platform, sender, batch.runs);
  const isDown = outageSigns.read(sent, batch.failures > 0);
  const attributed = isDown ? sent.map((run) => withoutBlame(run, batch)) : sent;
  const now = platform.clock.now();
  const destination = destinationResult(outlet, batch, attributed, now);
  const outcomes = attributed.flatMap((each) => runResults(outlet, each, now));
  const isUnavailable = destination.kind === "unavailable";
  const failed = outcomes.filter(({ status, isCounted }) => status === "pending" && isCounted);
  const times = [
    ...failed.map(({ availableAt }) => availableAt),
    ...(isUnavailable ? [destination.retryAt] : []),
  ];
  const retryAt = times.toSorted((one, other) => one.getTime() - other.getTime())[0] ?? null;
  const isCutShort =
    destination.kind === "reached" &&
    outcomes.some(({ isCounted, availableAt }) => !isCounted && availableAt <= now);
  logResults(outlet, destination, outcomes);
  for (let tries = 1; ; tries += 1) {
    try {
      const written = await writeResults(platform.db, destinationId, outcomes, {
        destination,
        now,
      });
      if (written.disabledReason !== null) {
        const fields = { destination: destinationId, reason: written.disabledReason };
        platform.log.error(fields, "event destination disabled");
      }
      return { isUnavailable, hasLater: written.hasLater || isCutShort, retryAt };
    } catch (error) {
      const fields = { destination: destinationId, ...describeError(error) };
      platform.log.warn(fields, "the results of deliveries could not be written");
      if (tries === resultTries) return { isUnavailable, hasLater: false, retryAt };
    }
    await Bun.sleep(1000);
  }
}

/** After a failed probe another user's event is the next one, as the cause may be the event after all. */
const probedPauseSeconds = 300;

/** The failures of a destination that is down count no attempt of the events. */
function withoutBlame({ run, results }: SentRun, { failures }: Batch): AttributedRun {
  const eventPauseSeconds = failures > 0 ? probedPauseSeconds : 0;
  const attribute = (result: SendResult): AttributedResult =>
    isSign(result) ? { ...result, kind: "unavailable", eventPauseSeconds } : result;
  return { run, results: results.map(attribute) };
}

/** `eventPauseSeconds`: how long the event itself waits, beside its destination. */
type AttributedResult = SendResult & { readonly eventPauseSeconds?: number };

interface AttributedRun {
  readonly run: Run;
  readonly results: readonly AttributedResult[];
}

/** The results of a run. What was not sent is due when the one before it is. */
function runResults(outlet: Outlet, { run, results }: AttributedRun, now: Date): DeliveryResult[] {
  let dueAt = now;
  return run.map(({ eventId, attempts }, place) => {
    const result = results[place];
    const common = { eventId, attempts };
    if (result === undefined) return { ...common, ...uncounted, availableAt: dueAt };
    const written = { ...common, ...deliveryResult(outlet, attempts, result, now) };
    if (written.status === "pending") dueAt = written.availableAt;
    return written;
  });
}

const uncounted = {
  status: "pending",
  isCounted: false,
  reason: null,
  responseStatus: null,
} as const;

function deliveryResult(
  { platform, kind }: Outlet,
  attempts: number,
  result: AttributedResult,
  now: Date,
): Omit<DeliveryResult, "eventId" | "attempts"> {
  const reason = "reason" in result ? storable(result.reason) : null;
  const common = { reason, responseStatus: result.status ?? null };
  if (result.kind === "delivered" || result.kind === "dead") {
    return { ...common, status: result.kind, availableAt: now, isCounted: true };
  }
  if (result.kind !== "failed") {
    const availableAt = addSeconds(now, result.eventPauseSeconds ?? 0);
    return { ...common, status: "pending", availableAt, isCounted: false };
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
  { platform, kind }: Outlet,
  { failures }: Batch,
  sent: readonly SentRun[],
  now: Date,
): DestinationResult {
  const results = sent.flatMap((each) => each.results);
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
    longestSeconds: kind.longestOutageSeconds,
  };
}

/** Postgres stores no NUL and no half of a character, and the receiver may have sent one. */
function storable(reason: string): string {
  return reason.replaceAll("\0", "").slice(0, 500).toWellFormed();
}
