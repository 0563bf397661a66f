import { addSeconds } from "../../kernel/clock.ts";
import { describeError } from "../db/errors.ts";
import { attemptDelivery, type DeliveryOptions, leaseSeconds } from "./attempt.ts";
import { claimMessages } from "./claim.ts";

/** Delivers one topic's messages until stopped. */
export interface OutboxWorker {
  /** Claims due messages now, without waiting for the next poll. */
  wake(): void;
  /** Delivers everything that is due now, also without a start; resolves with the number of messages attempted. */
  drain(): Promise<number>;
  start(): void;
  /** Claims no more messages, and waits for the deliveries in progress. */
  stop(): Promise<void>;
}

const pollSeconds = 1;
/** The number of messages that one worker delivers at a time: one that hangs does not delay the others. */
const concurrency = 10;

/** A worker for one topic. Each of any number of replicas may run one. */
export function createOutboxWorker(options: DeliveryOptions): OutboxWorker {
  const { db, clock, log, topic } = options;
  const underWay = new Set<Promise<void>>();
  let phase: "idle" | "running" | "stopped" = "idle";
  let pollTimer: ReturnType<typeof setTimeout> | null = null;
  let looking: Promise<void> | null = null;
  let lookAgain = false;
  let isFull = false;
  let taken = 0;

  /** Claims due messages and begins to deliver them, as many as the concurrency allows. */
  async function takeDue(): Promise<void> {
    const room = concurrency - underWay.size;
    isFull = room === 0;
    if (isFull || phase === "stopped") return;
    const now = clock.now();
    const messages = await claimMessages(db, {
      topic,
      limit: room,
      now,
      leaseUntil: addSeconds(now, leaseSeconds),
    });
    for (const message of messages) begin(attemptDelivery(options, message));
    taken += messages.length;
    isFull = messages.length === room;
  }

  function begin(attempt: Promise<void>): void {
    const delivery = attempt.finally(() => {
      underWay.delete(delivery);
      if (isFull) lookInBackground();
    });
    underWay.add(delivery);
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
      log.debug({ topic, ...describeError(error) }, "outbox not readable");
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
    },
  };
}
