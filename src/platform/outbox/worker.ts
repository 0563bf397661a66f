import { addSeconds, type Clock } from "../../kernel/clock.ts";
import type { Db } from "../db/port.ts";
import { describeError } from "../db/errors.ts";
import type { Logger } from "../log/port.ts";
import type { Secrets } from "../secrets/port.ts";
import { claimMessages, markDelivered, markFailed } from "./claim.ts";
import { PermanentDeliveryError, type DeliverMessage, type OutboxMessage } from "./port.ts";

/** Delivers one topic's messages until stopped. */
export interface OutboxWorker {
  /** Looks for work at once instead of at the next poll. */
  wake(): void;
  /** Delivers everything due now; resolves with how many messages were attempted. */
  drain(): Promise<number>;
  start(): void;
  /** Finishes the deliveries under way and takes no more. */
  stop(): Promise<void>;
}

/** What a worker works with. */
export interface OutboxWorkerOptions {
  readonly topic: string;
  readonly deliver: DeliverMessage;
  readonly db: Db;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly log: Logger;
}

const pollSeconds = 1;
const batchSize = 10;
/** Longer than any delivery takes; a worker killed in the middle is relieved after this. */
const leaseSeconds = 60;
/** With the back-off below a message is tried for about two days before it is dead. */
const maximumAttempts = 20;
const maximumBackoffSeconds = 4 * 3600;

/** The pause after the given failed attempt: 1 s, 2 s, 4 s … up to 4 h. */
export function backoffSeconds(attempt: number): number {
  return Math.min(2 ** (attempt - 1), maximumBackoffSeconds);
}

/** A worker for one topic. Any number of replicas may each run one. */
export function createOutboxWorker(options: OutboxWorkerOptions): OutboxWorker {
  const { db, clock, log, topic } = options;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let running: Promise<number> | null = null;
  let wokenMeanwhile = false;
  let stopped = true;

  async function deliver(row: Awaited<ReturnType<typeof claimMessages>>[number]): Promise<void> {
    try {
      await options.deliver(readMessage(row, options.secrets));
    } catch (error) {
      const isFinal = error instanceof PermanentDeliveryError || row.attempts >= maximumAttempts;
      const now = clock.now();
      const reason = error instanceof Error ? error.message : "unknown";
      await markFailed(db, {
        id: row.id,
        error: reason.slice(0, 500),
        retryAt: isFinal ? null : addSeconds(now, backoffSeconds(row.attempts)),
        now,
      });
      const fields = { topic, message: row.id, attempt: row.attempts, reason };
      if (isFinal) log.error(fields, "delivery given up");
      else log.warn(fields, "delivery failed, will be tried again");
      return;
    }
    await markDelivered(db, row.id, clock.now());
  }

  async function drainAll(): Promise<number> {
    let attempted = 0;
    for (;;) {
      wokenMeanwhile = false;
      const now = clock.now();
      const rows = await claimMessages(db, {
        topic,
        limit: batchSize,
        now,
        leaseUntil: addSeconds(now, leaseSeconds),
      });
      await Promise.all(rows.map(deliver));
      attempted += rows.length;
      if (rows.length < batchSize && !wokenMeanwhile) return attempted;
    }
  }

  function drain(): Promise<number> {
    running ??= drainAll().finally(() => {
      running = null;
    });
    return running;
  }

  function schedule(seconds: number): void {
    if (timer) clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(() => {
      drain()
        .catch((error: unknown) => {
          // The database being away is told by /health; the next poll tries again.
          log.debug({ topic, ...describeError(error) }, "outbox not readable");
        })
        .finally(() => schedule(pollSeconds));
    }, seconds * 1000);
  }

  return {
    drain,
    wake() {
      if (running) wokenMeanwhile = true;
      else schedule(0);
    },
    start() {
      stopped = false;
      schedule(0);
    },
    async stop() {
      stopped = true;
      if (timer) clearTimeout(timer);
      await running?.catch(() => 0);
    },
  };
}

function readMessage(
  row: Awaited<ReturnType<typeof claimMessages>>[number],
  secrets: Secrets,
): OutboxMessage {
  const opened = row.sealed === null ? null : secrets.open(row.sealed);
  return {
    id: row.id,
    key: row.key,
    payload: row.payload,
    secrets: opened === null ? null : parseSecrets(opened),
    createdAt: row.createdAt,
    attempt: row.attempts,
  };
}

function parseSecrets(text: string): Readonly<Record<string, unknown>> | null {
  const value: unknown = JSON.parse(text);
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : null;
}
