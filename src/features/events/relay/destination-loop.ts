import { addSeconds } from "../../../kernel/clock.ts";
import type { DestinationKind, EventSender } from "../../../platform/brokers/port.ts";
import { describeError } from "../../../platform/db/errors.ts";
import {
  createPollingLoop,
  type PollingLoop,
  type Taken,
} from "../../../platform/outbox/polling-loop.ts";
import type { Platform } from "../../../platform/platform.ts";
import { type Claim, claimDeliveries } from "./claim.ts";
import { formBatches, type Run } from "./form-batches.ts";
import { createOutageSigns } from "./outage-signs.ts";
import { sendBatch } from "./send-batch.ts";

/** Sends the events for one destination until it is stopped, which closes the sender. `drain` gives the number of attempts. */
export type DestinationLoop = Omit<PollingLoop, "lookAgain" | "lookWithin">;

/** What a loop sends to, and with what. */
export interface LoopOptions {
  readonly platform: Platform;
  readonly destinationId: string;
  readonly kind: DestinationKind;
  readonly sender: EventSender;
}

/** How long claimed deliveries belong to a relay: longer than a send takes. If it is killed, others claim them then. */
const leaseSeconds = 60;
/** Notifications of the database tell of new deliveries: without one it looks for those that another relay has left. */
const longestPauseSeconds = 60;
const shortestPauseSeconds = 0.2;
/** How much deeper a claim looks into the due deliveries after one that found too few users. */
const deepening = 8;

type Sizes = Pick<Claim, "limit" | "users" | "eventsOfUser">;

const probeSizes: Sizes = { limit: 1, users: 1, eventsOfUser: 1 };

/** What fits into so many batches. */
function sizesOf({ batchSize, usersPerBatch }: DestinationKind, batches: number): Sizes {
  const [limit, users] = [batches * batchSize, batches * usersPerBatch];
  return { limit, users, eventsOfUser: batchSize };
}

/**
 * A loop for one destination, whose memory holds at most `concurrency` batches of events. Each of any number of replicas may run
 * one.
 */
export function createDestinationLoop(options: LoopOptions): DestinationLoop {
  const { platform, destinationId, kind, sender } = options;
  const { db, clock, log } = platform;
  const outageSigns = createOutageSigns();
  const underWay = new Set<Promise<void>>();
  /** Whether more may be due than was claimed. */
  let hasMore = false;
  let isProbe = false;
  let depthFactor = 1;

  async function take(): Promise<Taken> {
    const free = kind.concurrency - underWay.size;
    hasMore = free === 0;
    if (hasMore) return { taken: 0, pauseSeconds: longestPauseSeconds };
    const now = clock.now();
    const leaseUntil = addSeconds(now, leaseSeconds);
    const sizes = isProbe ? probeSizes : sizesOf(kind, free);
    const depth = sizes.limit * depthFactor;
    const claim = { ...sizes, depth, destinationId, isProbe, now, leaseUntil };
    const claimed = await claimDeliveries(db, claim);
    if (claimed === null) return { taken: 0, pauseSeconds: longestPauseSeconds };
    const { failures, deliveries, hasDeeper, nextDueAt } = claimed;
    const batches = formBatches(deliveries, kind);
    for (const runs of batches) begin(runs, failures);
    // Another relay found that the destination is reachable again, or not.
    const isOther = failures > 0 !== isProbe;
    if (isOther) isProbe = !isProbe;
    if (isOther && failures === 0) outageSigns.forget();
    const isFull = deliveries.length === sizes.limit || batches.length >= free;
    hasMore = isFull || hasDeeper;
    const goesDeeper = !isFull && hasDeeper;
    depthFactor = goesDeeper ? depthFactor * deepening : 1;
    return {
      taken: deliveries.length,
      looksAgain: isOther || goesDeeper,
      pauseSeconds: nextDueAt === null ? longestPauseSeconds : secondsUntil(nextDueAt),
    };
  }

  function begin(runs: readonly Run[], failures: number): void {
    const outlet = { platform, destinationId, kind, sender, outageSigns };
    const batch = sendBatch(outlet, { runs, failures }).then((result) => {
      underWay.delete(batch);
      isProbe = result.isUnavailable;
      if (result.retryAt !== null) loop.lookWithin(secondsUntil(result.retryAt));
      if (hasMore || result.hasLater) loop.lookAgain();
    });
    underWay.add(batch);
  }

  function secondsUntil(time: Date): number {
    const seconds = (time.getTime() - clock.now().getTime()) / 1000;
    return Math.min(Math.max(seconds, shortestPauseSeconds), longestPauseSeconds);
  }

  const about = { destination: destinationId };
  const loop = createPollingLoop({
    take,
    underWay,
    // `/health` reports an unavailable database.
    failed: (error) => log.debug({ ...about, ...describeError(error) }, "events not readable"),
  });
  return {
    ...loop,
    async stop() {
      await loop.stop();
      await sender.close().catch((error: unknown) => {
        log.debug({ ...about, ...describeError(error) }, "sender not closed");
      });
    },
  };
}
