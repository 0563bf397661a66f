import { addSeconds } from "../../../kernel/clock.ts";
import { describeError } from "../../../platform/db/errors.ts";
import { createPollingLoop, type PollingLoop } from "../../../platform/outbox/polling-loop.ts";
import { type ClaimedDelivery, claimDeliveries } from "./claim.ts";
import { type Outlet, sendBatch } from "./send-batch.ts";

/** Sends the events for one destination until it is stopped, which closes the sender. `drain` gives the number of attempts. */
export type DestinationLoop = Omit<PollingLoop, "lookAgain">;

/** How long claimed deliveries belong to a relay: longer than a send takes. If it is killed, others claim them then. */
const leaseSeconds = 60;

/**
 * A loop for one destination, whose memory holds at most `concurrency` batches of events. Each of any number of replicas may run
 * one.
 */
export function createDestinationLoop(outlet: Outlet): DestinationLoop {
  const { platform, destinationId, kind, sender } = outlet;
  const { db, clock, log } = platform;
  const underWay = new Set<Promise<void>>();
  /** Whether more may be due than was claimed. */
  let hasMore = false;
  let isProbe = false;

  async function take(): Promise<{ taken: number; looksAgain?: boolean }> {
    const room = (kind.concurrency - underWay.size) * kind.batchSize;
    hasMore = room === 0;
    if (hasMore) return { taken: 0 };
    const now = clock.now();
    const leaseUntil = addSeconds(now, leaseSeconds);
    const limit = isProbe ? 1 : room;
    const claimed = await claimDeliveries(db, { destinationId, limit, isProbe, now, leaseUntil });
    if (claimed === null) return { taken: 0 };
    const { failures, deliveries } = claimed;
    // Another relay found that the destination is reachable again, or not.
    const looksAgain = failures > 0 !== isProbe;
    if (looksAgain) isProbe = !isProbe;
    hasMore = deliveries.length === limit;
    for (let start = 0; start < deliveries.length; start += kind.batchSize) {
      begin(deliveries.slice(start, start + kind.batchSize), failures);
    }
    return { taken: deliveries.length, looksAgain };
  }

  function begin(deliveries: readonly ClaimedDelivery[], failures: number): void {
    const batch = sendBatch(outlet, { deliveries, failures }).then((result) => {
      underWay.delete(batch);
      isProbe = result.isUnavailable;
      if (hasMore || result.hasLater) loop.lookAgain();
    });
    underWay.add(batch);
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
