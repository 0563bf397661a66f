import { addSeconds } from "../../kernel/clock.ts";
import { describeError } from "../db/errors.ts";
import { attemptDelivery, type DeliveryOptions, leaseSeconds } from "./attempt.ts";
import { claimMessages } from "./claim.ts";
import { createPollingLoop, type PollingLoop, type Taken } from "./polling-loop.ts";

/** Delivers one topic's messages until stopped. `drain` gives the number of messages attempted. */
export type OutboxWorker = Omit<PollingLoop, "lookAgain" | "lookWithin">;

/** The number of messages that one worker delivers at a time: one that hangs does not delay the others. */
const concurrency = 10;
/** The process wakes a worker for each message that is due (`due-topics.ts`); it looks by itself in case that fails. */
const pauseSeconds = 60;

/** A worker for one topic. Each of any number of replicas may run one. */
export function createOutboxWorker(options: DeliveryOptions): OutboxWorker {
  const { db, clock, log, topic } = options;
  const underWay = new Set<Promise<void>>();
  let isFull = false;

  /** Claims due messages and begins to deliver them, as many as the concurrency allows. */
  async function take(): Promise<Taken> {
    const room = concurrency - underWay.size;
    isFull = room === 0;
    if (isFull) return { taken: 0, pauseSeconds };
    const now = clock.now();
    const leaseUntil = addSeconds(now, leaseSeconds);
    const messages = await claimMessages(db, { topic, limit: room, now, leaseUntil });
    for (const message of messages) begin(attemptDelivery(options, message));
    isFull = messages.length === room;
    return { taken: messages.length, pauseSeconds };
  }

  function begin(attempt: Promise<Date | null>): void {
    const delivery = attempt.then((retryAt) => {
      underWay.delete(delivery);
      if (retryAt) loop.lookWithin(Math.max(0, retryAt.getTime() - clock.now().getTime()) / 1000);
      if (isFull) loop.lookAgain();
    });
    underWay.add(delivery);
  }

  const loop = createPollingLoop({
    take,
    underWay,
    // `/health` reports an unavailable database.
    failed: (error) => log.debug({ topic, ...describeError(error) }, "outbox not readable"),
  });
  return loop;
}
