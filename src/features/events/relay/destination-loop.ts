import { addSeconds } from "../../../kernel/clock.ts";
import { describeError } from "../../../platform/db/errors.ts";
import { type ClaimedDelivery, claimDeliveries } from "./claim.ts";
import { type Outlet, sendBatch } from "./send-batch.ts";

/** Sends the events for one destination until it is stopped. Each of any number of replicas may run one. */
export interface DestinationLoop {
  /** Claims due deliveries now, without waiting for the next poll. */
  wake(): void;
  /** Sends everything that is due now, also without a start; resolves with the number of attempts. */
  drain(): Promise<number>;
  start(): void;
  /** Claims nothing more, waits for the batches under way, and closes the sender. */
  stop(): Promise<void>;
}

const pollSeconds = 1;
/** How long claimed deliveries belong to a relay: longer than a send takes. If it is killed, others claim them then. */
const leaseSeconds = 60;

/** A loop for one destination, whose memory holds at most `concurrency` batches of events. */
export function createDestinationLoop(outlet: Outlet): DestinationLoop {
  const { platform, destinationId, kind, sender } = outlet;
  const { db, clock, log } = platform;
  const underWay = new Set<Promise<void>>();
  let phase: "idle" | "running" | "stopped" = "idle";
  let pollTimer: ReturnType<typeof setTimeout> | null = null;
  let looking: Promise<void> | null = null;
  let lookAgain = false;
  /** Whether more may be due than was claimed. */
  let hasMore = false;
  let isProbe = false;
  let taken = 0;

  async function takeDue(): Promise<void> {
    const room = (kind.concurrency - underWay.size) * kind.batchSize;
    hasMore = room === 0;
    if (hasMore || phase === "stopped") return;
    const now = clock.now();
    const leaseUntil = addSeconds(now, leaseSeconds);
    const limit = isProbe ? 1 : room;
    const claim = { destinationId, limit, isProbe, now, leaseUntil };
    const claimed = await claimDeliveries(db, claim);
    if (claimed === null) return;
    const { failures, deliveries } = claimed;
    // Another relay found that the destination is reachable again, or not.
    if (failures > 0 !== isProbe) [isProbe, lookAgain] = [!isProbe, true];
    hasMore = deliveries.length === limit;
    taken += deliveries.length;
    for (let start = 0; start < deliveries.length; start += kind.batchSize) {
      begin(deliveries.slice(start, start + kind.batchSize), failures);
    }
  }

  function begin(deliveries: readonly ClaimedDelivery[], failures: number): void {
    const batch = sendBatch(outlet, { deliveries, failures }).then((result) => {
      underWay.delete(batch);
      isProbe = result.isUnavailable;
      if (hasMore || result.hasLater) lookInBackground();
    });
    underWay.add(batch);
  }

  async function lookWhileRequested(): Promise<void> {
    try {
      while (lookAgain) {
        lookAgain = false;
        await takeDue();
      }
    } finally {
      looking = null;
    }
  }

  /** One query at a time. A call during a query causes another one right after it. */
  function look(): Promise<void> {
    lookAgain = true;
    looking ??= lookWhileRequested();
    return looking;
  }

  function lookInBackground(): void {
    look().catch((error: unknown) => {
      // `/health` reports an unavailable database; the next poll tries again.
      log.debug({ destination: destinationId, ...describeError(error) }, "events not readable");
    });
  }

  function poll(): void {
    lookInBackground();
    pollTimer = setTimeout(poll, pollSeconds * 1000);
  }

  return {
    wake() {
      if (phase === "running") lookInBackground();
    },
    async drain() {
      const before = taken;
      let seen: number;
      do {
        seen = taken;
        await look();
        await Promise.all(underWay);
      } while (taken > seen);
      return taken - before;
    },
    start() {
      phase = "running";
      poll();
    },
    async stop() {
      phase = "stopped";
      if (pollTimer) clearTimeout(pollTimer);
      await looking?.catch(() => undefined);
      await Promise.all(underWay);
      await sender.close().catch((error: unknown) => {
        log.debug({ destination: destinationId, ...describeError(error) }, "sender not closed");
      });
    },
  };
}
