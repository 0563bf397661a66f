import { startStopwatch } from "../../../kernel/clock.ts";
import type { EventSender, OutboundEvent, SendResult } from "../../../platform/brokers/port.ts";
import { withDeadline } from "../../../platform/db/deadline.ts";
import { describeError } from "../../../platform/db/errors.ts";
import type { Platform } from "../../../platform/platform.ts";
import type { ClaimedDelivery } from "./claim.ts";
import type { Run } from "./form-batches.ts";
import { toOutbound } from "./outbound.ts";
import { maximumAttempts } from "./pauses.ts";

const sendSeconds = 30;
/** A sender that does not heed the signal gets this much longer. */
const ignoredSignalSeconds = 2;
/** The next events of users are sent until then. With the call that is under way, it is shorter than the lease. */
const furtherSeconds = 2;

const noResult: SendResult = { kind: "failed", reason: "the sender gave no result" };

/** A run and the results of its first deliveries. The others were not sent. */
export interface SentRun {
  readonly run: Run;
  readonly results: readonly SendResult[];
}

/**
 * Sends the first event of each run, then the second of those whose first is delivered or dead, and so on for 2 s at most. So
 * no event is sent while an earlier one of its user has no result. Never rejects.
 */
export async function sendInOrder(
  platform: Platform,
  sender: EventSender,
  runs: readonly Run[],
): Promise<readonly SentRun[]> {
  const sent = runs.map((run) => ({ run, results: new Array<SendResult>() }));
  const milliseconds = startStopwatch();
  let going = sent;
  for (let place = 0; going.length > 0; place += 1) {
    const next = going.flatMap(({ run }) => run.slice(place, place + 1));
    const results = await send(platform, sender, next);
    for (const [index, one] of going.entries()) one.results.push(results[index] ?? noResult);
    const isRefused = results.some(({ kind }) => kind === "unavailable" || kind === "gone");
    if (isRefused || milliseconds() > furtherSeconds * 1000) break;
    going = going.filter((one) => {
      const last = one.results.at(-1)?.kind;
      return one.results.length < one.run.length && (last === "delivered" || last === "dead");
    });
  }
  return sent;
}

/** The results of a call to the sender. An event that cannot be sent now is not given to it. */
async function send(
  platform: Platform,
  sender: EventSender,
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
