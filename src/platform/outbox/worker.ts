import { addSeconds } from "../../kernel/clock.ts";
import { describeError } from "../db/errors.ts";
import { attemptDelivery, type DeliveryOptions, leaseSeconds } from "./attempt.ts";
import { claimMessages } from "./claim.ts";

/** Delivers one topic's messages until stopped. */
export interface OutboxWorker {
  /** Looks for work at once instead of at the next poll. */
  wake(): void;
  /** Delivers everything due now, also without having been started; resolves with how many messages were attempted. */
  drain(): Promise<number>;
  start(): void;
  /** Finishes the deliveries under way and takes no more. */
  stop(): Promise<void>;
}

const pollSeconds = 1;
/** How many messages of a topic one worker delivers at a time: one that hangs holds up none of the others. */
const concurrency = 10;

/** A worker for one topic. Any number of replicas may each run one. */
export function createOutboxWorker(options: DeliveryOptions): OutboxWorker {
  const { db, clock, log, topic } = options;
  const underWay = new Set<Promise<void>>();
  let phase: "idle" | "running" | "stopped" = "idle";
  let pollTimer: ReturnType<typeof setTimeout> | null = null;
  let looking: Promise<void> | null = null;
  let lookAgain = false;
  let isFull = false;
  let taken = 0;

  /** Takes what is due, as far as there is room. */
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
      if (isFull) lookUnheard();
    });
    underWay.add(delivery);
  }

  async function lookWhileAsked(): Promise<void> {
    try {
      while (lookAgain) {
        lookAgain = false;
        await takeDue();
      }
    } finally {
      looking = null;
    }
  }

  /** One look at a time; who asks during one is served by the next, which follows at once. */
  function look(): Promise<void> {
    lookAgain = true;
    looking ??= lookWhileAsked();
    return looking;
  }

  function lookUnheard(): void {
    look().catch((error: unknown) => {
      // The database being away is told by /health; the next poll tries again.
      log.debug({ topic, ...describeError(error) }, "outbox not readable");
    });
  }

  function poll(): void {
    lookUnheard();
    pollTimer = setTimeout(poll, pollSeconds * 1000);
  }

  return {
    wake() {
      if (phase === "running") lookUnheard();
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
